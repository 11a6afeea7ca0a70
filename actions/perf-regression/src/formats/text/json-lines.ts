import { linesOf } from './lines.ts';

interface Event {
  readonly event: Readonly<Record<string, unknown>>;
  readonly number: number;
}

/** The JSON objects of a text that has one in a line; lines that are none are left out. */
export function* jsonLines(text: string): Generator<Event, void, undefined> {
  for (const { text: line, number } of linesOf(text)) {
    const event = line.startsWith('{') ? parsed(line) : undefined;
    if (typeof event === 'object' && event !== null) {
      yield { event: event as Readonly<Record<string, unknown>>, number };
    }
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
