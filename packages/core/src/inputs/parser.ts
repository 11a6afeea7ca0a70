/** Turns the text of one input into a value. */
export interface Parser<T> {
  /** Throws {@link InvalidValue} when the text cannot be taken. Never sees an empty text. */
  readonly parse: (text: string) => T | Promise<T>;
  /** What an empty text means; without it, the input is required. */
  readonly empty?: () => T;
  /** The text counts as it stands; otherwise white space around it does not. */
  readonly verbatim?: true;
  /** The values within the text that must never be printed. */
  readonly secrets?: (text: string) => readonly string[];
}

/** A parser that answers at once, so that a configuration's fields can use it too. */
export interface SyncParser<T> extends Parser<T> {
  readonly parse: (text: string) => T;
}

export type ValueOf<P> = P extends Parser<infer T> ? T : never;

/** The same input, but it may be left empty: then it is `undefined`. */
export function optional<T>(parser: Parser<T>): Parser<T | undefined> {
  return { ...parser, empty: () => undefined };
}

/** The same input, but its value is masked in the log and shown in no message. */
export function secret<T>(parser: Parser<T>): Parser<T> {
  return { ...parser, secrets: (text) => [text, ...(parser.secrets?.(text) ?? [])] };
}
