import type { Level } from './level.ts';

/** What one line of a log says; texts are those of strangers. */
export interface LogRecord {
  /** Absent where the format has none, as in access logs. */
  readonly level?: Level;
  /** When, as written; see `timeOf`. */
  readonly at?: string;
  /** The part of the program that speaks. */
  readonly logger?: string;
  readonly message: string;
  /** A request that was answered. */
  readonly request?: LoggedRequest;
  /** It tells of an exception with its stack. */
  readonly exception?: true;
}

export interface LoggedRequest {
  /** An address, or a name where the server looks names up. */
  readonly client?: string;
  /** Absent where what came was no HTTP. */
  readonly method?: string;
  /** Without the query. */
  readonly path?: string;
  readonly status: number;
  readonly latencyMs?: number;
}

/** A way to write log lines: the record of a line, or nothing where it is not written that way. */
export type LogFormat = (line: string) => LogRecord | undefined;
