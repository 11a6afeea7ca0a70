/**
 * What an attempt found out about a target, by the names that expectations use. A value that could
 * not be read is absent.
 */
export type Facts = Readonly<Record<string, unknown>>;

/** A duration among the facts. CEL uses it to distinguish durations from numbers. */
export class DurationFact {
  readonly ms: number;

  constructor(ms: number) {
    this.ms = ms;
  }
}

/** Milliseconds rounded to the microsecond. */
export function roundMs(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
