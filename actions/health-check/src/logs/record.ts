import type { Level } from './level.ts';

/** A parsed log line; texts are untrusted. */
export interface LogRecord {
  /** Absent in formats without a level, such as access logs. */
  readonly level?: Level;
  /** The timestamp as written; see `parseTime`. */
  readonly at?: string;
  /** The component of the program. */
  readonly logger?: string;
  readonly message: string;
  readonly request?: LoggedRequest;
  /** The entry has an exception with a stack trace. */
  readonly exception?: true;
}

export interface LoggedRequest {
  /** An address, or a host name if the server resolves names. */
  readonly client?: string;
  /** Absent for an invalid request. */
  readonly method?: string;
  /** Without the query. */
  readonly path?: string;
  readonly status: number;
  readonly latencyMs?: number;
}

/** Parses a line of one format; returns `undefined` for a line in another format. */
export type LogFormat = (line: string) => LogRecord | undefined;
