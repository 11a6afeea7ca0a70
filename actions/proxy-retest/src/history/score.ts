/** What was seen of an endpoint, weighted by how long ago: successes `s` of `n` tests. */
export interface Tally {
  readonly s: number;
  readonly n: number;
}

export const NO_TALLY: Tally = { s: 0, n: 0 };

/** What was seen a day ago counts half. */
const HALF_LIFE_MS = 86_400_000;
/** A latency with which an endpoint is half as good as it could be, and how fast that changes, ms. */
const MIDDLE_LATENCY = 1_080;
const LATENCY_SCALE = 360;

/** A tally some time later, with one more test. */
export function withTest({ s, n }: Tally, elapsedMs: number, isAlive: boolean): Tally {
  const left = 2 ** (-Math.max(0, elapsedMs) / HALF_LIFE_MS);
  return { s: s * left + (isAlive ? 1 : 0), n: n * left + 1 };
}

/**
 * From 0 to 1: the lower bound of Wilson's interval (1927) for the share of successes, with z = 1;
 * `undefined` without any test, for an endpoint nobody has tested is unknown, not healthy.
 */
export function healthOf({ s, n }: Tally): number | undefined {
  if (n <= 0) return undefined;
  const share = Math.min(1, s / n);
  const spread = Math.sqrt((share * (1 - share)) / n + 1 / (4 * n * n));
  return Math.max(0, (share + 1 / (2 * n) - spread) / (1 + 1 / n));
}

/** From 0 to 100: 100 · health · (0.5 + 0.5·L), L = 1/(1+e^((latency−1080)/360)); tampered is 0. */
export function scoreOf(
  health: number,
  latencyMs: number | undefined,
  { isTampered = false } = {},
): number {
  if (isTampered) return 0;
  const quickness =
    latencyMs === undefined ? 0 : 1 / (1 + Math.exp((latencyMs - MIDDLE_LATENCY) / LATENCY_SCALE));
  return 100 * health * (0.5 + 0.5 * quickness);
}
