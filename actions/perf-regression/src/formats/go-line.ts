/** What a result line of go bench says: places in its bytes, and numbers. Made once, filled often. */
export interface GoLine {
  /** Of the name without `Benchmark`. */
  nameStart: number;
  nameEnd: number;
  /** How many numbers with a unit there are; what the lists have beyond is of another line. */
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
/** Digits that a whole number can have and still be exact. */
const EXACT_DIGITS = 15;
/** Numbers of a line that are read; no benchmark has more. */
const MOST_VALUES = 200;
const PREFIX = Buffer.from('Benchmark');

export function goLine(): GoLine {
  return { nameStart: 0, nameEnd: 0, count: 0, values: [], unitStarts: [], unitEnds: [] };
}

/**
 * Reads the line `BenchmarkX-8  100  12.5 ns/op  3 B/op` where it stands: 100,000 of them must not
 * each make texts and objects. False where the line is of another kind (a name alone).
 */
export function readGoLine(bytes: Buffer, start: number, into: GoLine): boolean {
  for (let at = 0; at < PREFIX.length; at++) if (bytes[start + at] !== PREFIX[at]) return false;
  into.nameStart = start + PREFIX.length;
  into.nameEnd = fieldEnd(bytes, into.nameStart);
  into.count = 0;
  const timesStart = fieldStart(bytes, into.nameEnd);
  const timesEnd = fieldEnd(bytes, timesStart);
  if (!isDigits(bytes, timesStart, timesEnd)) return false;
  for (let at = timesEnd; into.count < MOST_VALUES; ) {
    const numberStart = fieldStart(bytes, at);
    const numberEnd = fieldEnd(bytes, numberStart);
    const unitStart = fieldStart(bytes, numberEnd);
    const unitEnd = fieldEnd(bytes, unitStart);
    if (unitStart === unitEnd) break;
    into.values[into.count] = numberAt(bytes, numberStart, numberEnd);
    into.unitStarts[into.count] = unitStart;
    into.unitEnds[into.count] = unitEnd;
    into.count++;
    at = unitEnd;
  }
  return into.count > 0;
}

/** Where the line ends that a place is in. */
export function lineEnd(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== LINE_BREAK) at++;
  return at;
}

/** The next place that is not blank, at most the end of the line. */
function fieldStart(bytes: Buffer, from: number): number {
  let at = from;
  while (bytes[at] === BLANK || bytes[at] === TAB || bytes[at] === CARRIAGE_RETURN) at++;
  return at;
}

/** The next place that is blank, at most the end of the line. */
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
 * The number between two places. `12.5` is 125 / 10: both are exact, and so is the quotient to half
 * a unit in its last place (Clinger 1990, "How to read floating point numbers accurately").
 */
function numberAt(bytes: Buffer, from: number, end: number): number {
  let whole = 0;
  let scale = 1;
  let isFraction = false;
  if (end - from > EXACT_DIGITS) return slowNumber(bytes, from, end);
  for (let at = from; at < end; at++) {
    const byte = bytes[at] as number;
    const digit = byte - ZERO;
    if (digit >= 0 && digit <= 9) {
      whole = whole * 10 + digit;
      if (isFraction) scale *= 10;
    } else if (byte === DOT && !isFraction && end - from > 1) isFraction = true;
    else return slowNumber(bytes, from, end);
  }
  return whole / scale;
}

function slowNumber(bytes: Buffer, from: number, end: number): number {
  return Number(bytes.toString('utf8', from, end));
}
