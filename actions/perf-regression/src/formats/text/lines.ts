import { stripVTControlCharacters } from 'node:util';

interface Line {
  readonly text: string;
  /** 1-based. */
  readonly number: number;
}

/** Characters of the longest line that is looked at; what is longer was not written by a benchmark tool. */
export const LONGEST_LINE = 100_000;

/** The lines of a text, without colours and the carriage return of Windows. */
export function* linesOf(text: string): Generator<Line, void, undefined> {
  let number = 0;
  for (let start = 0; start <= text.length; ) {
    const found = text.indexOf('\n', start);
    const end = found === -1 ? text.length : found;
    number++;
    yield { text: cleanLine(text.slice(start, Math.min(end, start + LONGEST_LINE))), number };
    start = end + 1;
  }
}

/** Without colours and the carriage return of Windows. */
export function cleanLine(line: string): string {
  const plain = line.includes('\u001b') ? stripVTControlCharacters(line) : line;
  return plain.endsWith('\r') ? plain.slice(0, -1) : plain;
}

/** `1,431,759.5` → 1431759.5; NaN for what is no number. */
export function numberOf(text: string): number {
  const bare = text.includes(',') ? text.replaceAll(',', '') : text;
  return bare === '' ? Number.NaN : Number(bare);
}
