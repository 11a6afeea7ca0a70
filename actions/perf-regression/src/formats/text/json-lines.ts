import { splitLines } from './lines.ts';

interface JsonLine {
  readonly event: Readonly<Record<string, unknown>>;
  readonly number: number;
}

/** The JSON objects of a text with one per line; other lines are ignored. */
export function* jsonLines(text: string): Generator<JsonLine, void, undefined> {
  for (const { text: line, number } of splitLines(text)) {
    const event = line.startsWith('{') ? tryParse(line) : undefined;
    if (typeof event === 'object' && event !== null) {
      yield { event: event as Readonly<Record<string, unknown>>, number };
    }
  }
}

function tryParse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
