/** A result line of go bench: offsets in its bytes, and values. Reused for all lines. */
export interface GoLine {
  /** Offset of the name without `Benchmark`. */
  nameStart: number;
  nameEnd: number;
  /** Number of values with a unit; the arrays may contain more from an earlier line. */
  count: number;
  readonly values: number[];
  readonly unitStarts: number[];
  readonly unitEnds: number[];
}

const TAB = 9;
const LINE_BREAK = 10;
const CARRIAGE_RETURN = 13;
const BLANK = 32;
const DOT = 46;
const ZERO = 48;
/** Integers with so many digits are exact. */
const EXACT_DIGITS = 15;
/** A line with more values was not written by a benchmark. */
const MAX_VALUES = 200;
const PREFIX = Buffer.from('Benchmark');

export function createGoLine(): GoLine {
  return { nameStart: 0, nameEnd: 0, count: 0, values: [], unitStarts: [], unitEnds: [] };
}

/**
 * Reads the line `BenchmarkX-8  100  12.5 ns/op  3 B/op` in place, because strings and objects for
 * 100,000 lines are slow. `false` if the line is not a result, such as a name alone.
 */
export function readGoLine(bytes: Buffer, start: number, into: GoLine): boolean {
  for (let at = 0; at < PREFIX.length; at++) if (bytes[start + at] !== PREFIX[at]) return false;
  into.nameStart = start + PREFIX.length;
  into.nameEnd = fieldEnd(bytes, into.nameStart);
  into.count = 0;
  const timesStart = fieldStart(bytes, into.nameEnd);
  const timesEnd = fieldEnd(bytes, timesStart);
  if (!isDigits(bytes, timesStart, timesEnd)) return false;
  for (let at = timesEnd; into.count < MAX_VALUES; ) {
    const numberStart = fieldStart(bytes, at);
    const numberEnd = fieldEnd(bytes, numberStart);
    const unitStart = fieldStart(bytes, numberEnd);
    const unitEnd = fieldEnd(bytes, unitStart);
    if (unitStart === unitEnd) break;
    into.values[into.count] = parseNumberAt(bytes, numberStart, numberEnd);
    into.unitStarts[into.count] = unitStart;
    into.unitEnds[into.count] = unitEnd;
    into.count++;
    at = unitEnd;
  }
  return into.count > 0;
}

/** The end of the line that contains an offset. */
export function findLineEnd(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== LINE_BREAK) at++;
  return at;
}

/** The next offset that is not blank, at most the end of the line. */
function fieldStart(bytes: Buffer, from: number): number {
  let at = from;
  while (bytes[at] === BLANK || bytes[at] === TAB || bytes[at] === CARRIAGE_RETURN) at++;
  return at;
}

/** The next offset that is blank, at most the end of the line. */
function fieldEnd(bytes: Buffer, from: number): number {
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (
      byte <= BLANK &&
      (byte === BLANK || byte === TAB || byte === LINE_BREAK || byte === CARRIAGE_RETURN)
    ) {
      return at;
    }
  }
  return Math.max(from, bytes.length);
}

function isDigits(bytes: Buffer, from: number, end: number): boolean {
  for (let at = from; at < end; at++) {
    const digit = (bytes[at] as number) - ZERO;
    if (digit < 0 || digit > 9) return false;
  }
  return from < end;
}

/**
 * The number between two offsets. `12.5` is 125 / 10: both are exact, and the quotient is correctly
 * rounded (Clinger 1990, "How to read floating point numbers accurately").
 */
function parseNumberAt(bytes: Buffer, from: number, end: number): number {
  let digits = 0;
  let scale = 1;
  let isFraction = false;
  if (end - from > EXACT_DIGITS) return parseSlowly(bytes, from, end);
  for (let at = from; at < end; at++) {
    const byte = bytes[at] as number;
    const digit = byte - ZERO;
    if (digit >= 0 && digit <= 9) {
      digits = digits * 10 + digit;
      if (isFraction) scale *= 10;
    } else if (byte === DOT && !isFraction && end - from > 1) isFraction = true;
    else return parseSlowly(bytes, from, end);
  }
  return digits / scale;
}

function parseSlowly(bytes: Buffer, from: number, end: number): number {
  return Number(bytes.toString('utf8', from, end));
}
