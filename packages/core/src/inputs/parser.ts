/** Converts the text of one input to a value. */
export interface Parser<T> {
  /** Throws an {@link InvalidValue} if the text is invalid. The text is never empty. */
  readonly parse: (text: string) => T | Promise<T>;
  /** The value of an empty input; without it, the input is required. */
  readonly empty?: () => T;
  /** Keeps white space around the text, which is trimmed otherwise. */
  readonly verbatim?: true;
  /** The parts of the text that must never be printed. */
  readonly secrets?: (text: string) => readonly string[];
}

/** A synchronous parser, which the fields of a configuration can use too. */
export interface SyncParser<T> extends Parser<T> {
  readonly parse: (text: string) => T;
}

export type ValueOf<P> = P extends Parser<infer T> ? T : never;

/** Makes an input optional: `undefined` if it is empty. */
export function optional<T>(parser: Parser<T>): Parser<T | undefined> {
  return { ...parser, empty: () => undefined };
}

/** Makes an input secret: its value is masked in the log and omitted from messages. */
export function secret<T>(parser: Parser<T>): Parser<T> {
  return { ...parser, secrets: (text) => [text, ...(parser.secrets?.(text) ?? [])] };
}
