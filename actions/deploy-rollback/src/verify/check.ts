/** Something that has to be true of what was restored. */
export interface VerifyCheck {
  /** For people, without credentials: `http https://example.com/health`. */
  readonly title: string;
  /** What nobody may see. */
  readonly secrets: readonly string[];
  /** Looks once. Never throws. */
  readonly attempt: (limits: Limits) => Promise<Answer>;
}

export interface Limits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** What was seen; may freeze text from outside. */
export type Answer =
  | { readonly ok: true; readonly found: string }
  | { readonly ok: false; readonly found: string };
