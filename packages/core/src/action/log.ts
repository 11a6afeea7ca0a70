/** Where an action tells what it does; whatever is handed in comes out harmless. */
export interface Log {
  readonly info: (text: string) => void;
  /** Seen only with step debug logging on. */
  readonly debug: (text: string) => void;
  /** Folds what `work` logs under a title. */
  readonly group: <T>(title: string, work: () => Promise<T>) => Promise<T>;
}
