/** The log of an action. It sanitizes the text. */
export interface Log {
  readonly info: (text: string) => void;
  /**
   * Logs one line, shown only if step debug logging is enabled; otherwise the function is not called.
   * For requests with their responses, decisions with their reasons, and retries.
   */
  readonly debug: (text: string | (() => string)) => void;
  /** Groups what `work` logs under a title. */
  readonly group: <T>(title: string, work: () => Promise<T>) => Promise<T>;
}

/** Lines of one list in the debug log. */
const MAX_LINES = 200;

/** Writes a line for each item to the debug log, at most 200 lines. */
export function debugEach<T>(
  log: Pick<Log, 'debug'>,
  items: readonly T[],
  describe: (item: T) => string,
): void {
  for (const item of items.slice(0, MAX_LINES)) log.debug(() => describe(item));
  if (items.length > MAX_LINES) log.debug(`… and ${items.length - MAX_LINES} more`);
}

/** Lines of one source. */
const MAX_STREAM_LINES = 1_000;

/** A debug log for many similar lines, such as the requests of a run: it ends after 1,000 lines. */
export function limitDebug(debug: Log['debug'], what: string): Log['debug'] {
  let count = 0;
  return (text) => {
    if (++count <= MAX_STREAM_LINES) debug(text);
    else if (count === MAX_STREAM_LINES + 1) debug(`… no further lines about ${what}`);
  };
}
