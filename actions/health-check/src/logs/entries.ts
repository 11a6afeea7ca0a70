import { stripInvisible } from '@repo/core/text/untrusted';
import { levelOf } from './level.ts';
import { parseLine } from './parse-line.ts';
import type { LogRecord } from './record.ts';

/** A record with all its lines; or a line that nobody understands, which has none. */
export interface Entry {
  /** Without colours; long ones are cut. */
  readonly lines: readonly string[];
  readonly record: LogRecord | undefined;
}

/** Longest line that is looked at, characters. */
const LONGEST = 8_192;

const TRACEBACK = /^\s*(?:\+ )?(?:Exception Group )?Traceback \(most recent call last\):$/;
/** What stands between two tracebacks of one exception. */
const BETWEEN =
  /^(?:During handling of the above exception, another exception occurred:|The above exception was the direct cause of the following exception:)$/;
/** The last line of a traceback: `ValueError: no`, `sqlite3.OperationalError: database is locked`. */
const PYTHON_EXCEPTION = /^([A-Za-z_][\w.]*)(?::(?: .*)?)?$/;
/** A line of a stack of Java or JavaScript, or one that goes with it. */
const STACK_FRAME = /^\s+at \S|^\s*(?:Caused by|Suppressed): |^\s+\.\.\. \d+ (?:more|common)/;
/** An exception below the message that a logger gave it, with its stack to come, or without one. */
const NAMED_EXCEPTION = /^(?:[\w$]+\.)*[A-Z][\w$]*(?:Exception|Error)(?::|$)/;

/** Where in a traceback of Python the line before was. */
type Place = 'outside' | 'frames' | 'after' | 'between';

interface Open {
  readonly lines: string[];
  record: LogRecord | undefined;
  place: Place;
}

/** Cuts the lines of one stream into records: a traceback belongs to what it comes after. */
export function* entriesOf(lines: Iterable<string>): Generator<Entry> {
  let open: Open | undefined;
  for (const raw of lines) {
    const line = stripInvisible(raw.length > LONGEST ? raw.slice(0, LONGEST) : raw).trimEnd();
    if (open !== undefined && goesOn(open, line)) {
      open.lines.push(line);
      continue;
    }
    if (open !== undefined) yield open;
    open = begin(line);
  }
  if (open !== undefined) yield open;
}

function begin(line: string): Open {
  return TRACEBACK.test(line)
    ? { lines: [line], record: { message: line, exception: true }, place: 'frames' }
    : { lines: [line], record: line === '' ? undefined : parseLine(line), place: 'outside' };
}

/** Whether a line belongs to what is open, which then knows it. */
function goesOn(open: Open, line: string): boolean {
  const place = nextPlace(open, line);
  if (place !== undefined) {
    open.place = place;
    if (place === 'frames') addException(open);
    return true;
  }
  if (open.place !== 'outside' || open.lines[0] === '') return false;
  if (
    STACK_FRAME.test(line) ||
    (!open.record?.exception && mayHaveTraceback(open.record) && NAMED_EXCEPTION.test(line))
  ) {
    addException(open);
    return true;
  }
  return false;
}

function addException(open: Open): void {
  open.record = { message: open.lines[0] ?? '', ...open.record, exception: true };
}

/** Where a line is in the traceback of what is open; `undefined` when it is not part of it. */
function nextPlace({ place, record }: Open, line: string): Place | undefined {
  switch (place) {
    case 'outside':
      return TRACEBACK.test(line) && mayHaveTraceback(record) ? 'frames' : undefined;
    case 'frames':
      if (/^\s+\S/.test(line)) return 'frames';
      return isPythonException(line) ? 'after' : undefined;
    case 'after':
      if (line === '') return 'after';
      return BETWEEN.test(line) ? 'between' : undefined;
    case 'between':
      if (line === '') return 'between';
      return TRACEBACK.test(line) ? 'frames' : undefined;
  }
}

/**
 * After information or a request, a traceback is that of a crash: it must not hide behind what
 * happened to be written before.
 */
function mayHaveTraceback(record: LogRecord | undefined): boolean {
  const level = record?.level;
  return level !== undefined && level !== 'INFO' && level !== 'NOTICE';
}

function isPythonException(line: string): boolean {
  const [, name] = PYTHON_EXCEPTION.exec(line) ?? [];
  // A record may come next: INFO:root:…
  return name !== undefined && !(name === name.toUpperCase() && levelOf(name) !== undefined);
}
