/** The log of an action. It sanitizes the text. */
export interface Log {
  readonly info: (text: string) => void;
  /** Shown only if step debug logging is enabled. */
  readonly debug: (text: string) => void;
  /** Groups what `work` logs under a title. */
  readonly group: <T>(title: string, work: () => Promise<T>) => Promise<T>;
}
