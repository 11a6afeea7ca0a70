import { stripVTControlCharacters } from 'node:util';

interface Line {
  readonly text: string;
  /** 1-based. */
  readonly number: number;
}

/** A benchmark tool does not write longer lines; the rest of a line is ignored. */
export const MAX_LINE_LENGTH = 100_000;

/** The lines of a text without colors and the carriage return of Windows. */
export function* splitLines(text: string): Generator<Line, void, undefined> {
  let number = 0;
  for (let start = 0; start <= text.length; ) {
    const found = text.indexOf('\n', start);
    const end = found === -1 ? text.length : found;
    number++;
    yield { text: cleanLine(text.slice(start, Math.min(end, start + MAX_LINE_LENGTH))), number };
    start = end + 1;
  }
}

/** Removes colors and the carriage return of Windows. */
export function cleanLine(line: string): string {
  const plain = line.includes('\u001b') ? stripVTControlCharacters(line) : line;
  return plain.endsWith('\r') ? plain.slice(0, -1) : plain;
}

/** `1,431,759.5` → 1431759.5; NaN for other text. */
export function parseNumber(text: string): number {
  const digits = text.includes(',') ? text.replaceAll(',', '') : text;
  return digits === '' ? Number.NaN : Number(digits);
}
