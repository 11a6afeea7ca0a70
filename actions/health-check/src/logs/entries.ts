import { stripInvisible } from '@repo/core/text/untrusted';
import { parseLevel } from './level.ts';
import { parseLine } from './parse-line.ts';
import type { LogRecord } from './record.ts';

/** A record with all its lines, or a line in an unknown format. */
export interface LogEntry {
  /** Without colors; long lines are truncated. */
  readonly lines: readonly string[];
  readonly record: LogRecord | undefined;
}

const MAX_LINE_LENGTH = 8_192;

const TRACEBACK = /^\s*(?:\+ )?(?:Exception Group )?Traceback \(most recent call last\):$/;
/** The line between two tracebacks of one exception. */
const CHAINED_EXCEPTION =
  /^(?:During handling of the above exception, another exception occurred:|The above exception was the direct cause of the following exception:)$/;
/** The last line of a traceback: `sqlite3.OperationalError: database is locked`. */
const PYTHON_EXCEPTION = /^([A-Za-z_][\w.]*)(?::(?: .*)?)?$/;
/** A line of a Java or JavaScript stack trace. */
const STACK_FRAME = /^\s+at \S|^\s*(?:Caused by|Suppressed): |^\s+\.\.\. \d+ (?:more|common)/;
/** An exception below a log message, with or without a stack trace. */
const NAMED_EXCEPTION = /^(?:[\w$]+\.)*[A-Z][\w$]*(?:Exception|Error)(?::|$)/;

/** The position of the previous line in a Python traceback. */
type TracebackState = 'outside' | 'frames' | 'after' | 'between';

interface OpenEntry {
  readonly lines: string[];
  record: LogRecord | undefined;
  state: TracebackState;
}

/** Splits the lines of one stream into entries. A traceback belongs to the line before it. */
export function* splitEntries(lines: Iterable<string>): Generator<LogEntry> {
  let open: OpenEntry | undefined;
  for (const raw of lines) {
    const line = stripInvisible(raw.slice(0, MAX_LINE_LENGTH)).trimEnd();
    if (open !== undefined && continueEntry(open, line)) {
      open.lines.push(line);
      continue;
    }
    if (open !== undefined) yield open;
    open = startEntry(line);
  }
  if (open !== undefined) yield open;
}

function startEntry(line: string): OpenEntry {
  return TRACEBACK.test(line)
    ? { lines: [line], record: { message: line, exception: true }, state: 'frames' }
    : { lines: [line], record: line === '' ? undefined : parseLine(line), state: 'outside' };
}

/** Whether a line belongs to the open entry; updates the entry. */
function continueEntry(open: OpenEntry, line: string): boolean {
  const state = getNextState(open, line);
  if (state !== undefined) {
    open.state = state;
    if (state === 'frames') markAsException(open);
    return true;
  }
  if (open.state !== 'outside' || open.lines[0] === '') return false;
  if (
    STACK_FRAME.test(line) ||
    (!open.record?.exception && mayHaveTraceback(open.record) && NAMED_EXCEPTION.test(line))
  ) {
    markAsException(open);
    return true;
  }
  return false;
}

function markAsException(open: OpenEntry): void {
  open.record = { message: open.lines[0] ?? '', ...open.record, exception: true };
}

/** The position of a line in the traceback of the open entry; `undefined` if it is outside. */
function getNextState({ state, record }: OpenEntry, line: string): TracebackState | undefined {
  switch (state) {
    case 'outside':
      return TRACEBACK.test(line) && mayHaveTraceback(record) ? 'frames' : undefined;
    case 'frames':
      if (/^\s+\S/.test(line)) return 'frames';
      return isPythonException(line) ? 'after' : undefined;
    case 'after':
      if (line === '') return 'after';
      return CHAINED_EXCEPTION.test(line) ? 'between' : undefined;
    case 'between':
      if (line === '') return 'between';
      return TRACEBACK.test(line) ? 'frames' : undefined;
  }
}

/**
 * A traceback after an INFO record or a request is a crash of its own, not a part of that record.
 */
function mayHaveTraceback(record: LogRecord | undefined): boolean {
  const level = record?.level;
  return level !== undefined && level !== 'INFO' && level !== 'NOTICE';
}

function isPythonException(line: string): boolean {
  const [, name] = PYTHON_EXCEPTION.exec(line) ?? [];
  // The line could also be the next record: INFO:root:…
  return name !== undefined && !(name === name.toUpperCase() && parseLevel(name) !== undefined);
}
