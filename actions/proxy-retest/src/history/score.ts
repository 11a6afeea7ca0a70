/** Successes `s` of `n` tests, weighted by their age. */
export interface Tally {
  readonly s: number;
  readonly n: number;
}

export const EMPTY_TALLY: Tally = { s: 0, n: 0 };

/** The weight of a test halves within a day. */
const HALF_LIFE_MS = 86_400_000;
/** Midpoint and scale of the logistic function of the latency, in milliseconds. */
const MIDPOINT_LATENCY_MS = 1_080;
const LATENCY_SCALE_MS = 360;

/** Ages a tally and adds a test. */
export function addTest({ s, n }: Tally, elapsedMs: number, isAlive: boolean): Tally {
  const left = 2 ** (-Math.max(0, elapsedMs) / HALF_LIFE_MS);
  return { s: s * left + (isAlive ? 1 : 0), n: n * left + 1 };
}

/**
 * From 0 to 1: the lower bound of the Wilson score interval (1927) of the success rate, with z = 1.
 * `undefined` without a test: the health of an untested endpoint is unknown.
 */
export function computeHealth({ s, n }: Tally): number | undefined {
  if (n <= 0) return undefined;
  const share = Math.min(1, s / n);
  const spread = Math.sqrt((share * (1 - share)) / n + 1 / (4 * n * n));
  return Math.max(0, (share + 1 / (2 * n) - spread) / (1 + 1 / n));
}

/** From 0 to 100: 100 · health · (0.5 + 0.5·L), L = 1/(1+e^((latency−1080)/360)); tampered is 0. */
export function computeScore(
  health: number,
  latencyMs: number | undefined,
  { isTampered = false } = {},
): number {
  if (isTampered) return 0;
  const speed =
    latencyMs === undefined
      ? 0
      : 1 / (1 + Math.exp((latencyMs - MIDPOINT_LATENCY_MS) / LATENCY_SCALE_MS));
  return 100 * health * (0.5 + 0.5 * speed);
}
