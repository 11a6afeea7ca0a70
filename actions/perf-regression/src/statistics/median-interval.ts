import { medianOfSorted, sortAscending } from '@repo/statistics/median';
import type { Interval } from './hodges-lehmann.ts';
import { normalCdf, normalQuantile } from './normal.ts';

/** Above this size the binomial distribution is approximated, as benchstat does. */
const EXACT_UP_TO = 30;

/**
 * The median with the confidence interval that benchstat prints: order statistics whose binomial
 * probability reaches `confidence`, the left one if there are two (Conover, "Practical Nonparametric
 * Statistics", 3.2). The ends are ±∞ for too few values: below 6 for 95%.
 */
export function medianInterval(values: readonly number[], confidence: number): Interval {
  const sorted = sortAscending(new Float64Array(values));
  const n = sorted.length;
  const { left, right } =
    n <= EXACT_UP_TO ? exactOrders(n, confidence) : approximateOrders(n, confidence);
  return {
    estimate: medianOfSorted(sorted),
    low: sorted[left - 1] ?? Number.NEGATIVE_INFINITY,
    high: sorted[right - 1] ?? Number.POSITIVE_INFINITY,
  };
}

/** The distance of the farther end from the median, relative to the median: benchstat's `± 3%`. */
export function relativeReach({ estimate, low, high }: Interval): number {
  if (low === high) return 0;
  return Math.max(high / estimate - 1, 1 - low / estimate);
}

interface Orders {
  /** 1-based; 0 and n + 1 are outside the sample. */
  readonly left: number;
  readonly right: number;
}

/** Starts with the (left) mode and adds the more likely neighbour until it reaches `confidence`. */
function exactOrders(n: number, confidence: number): Orders {
  const share = binomialHalf(n);
  let left = Math.ceil((n + 1) / 2 - 1);
  let right = left + 1;
  let sum = share[left] ?? 0;
  while (sum < confidence && (left > 0 || right <= n)) {
    const [below, above] = [share[left - 1] ?? 0, share[right] ?? 0];
    if (below >= above) {
      sum += below;
      left--;
    } else {
      sum += above;
      right++;
    }
  }
  return { left, right };
}

function binomialHalf(n: number): readonly number[] {
  let share = 0.5 ** n;
  return Array.from({ length: n + 1 }, (_, k) => {
    const current = share;
    share *= (n - k) / (k + 1);
    return current;
  });
}

/** The normal approximation with continuity correction, shortened on the right if possible. */
function approximateOrders(n: number, confidence: number): Orders {
  const [mean, deviation] = [n / 2, Math.sqrt(n) / 2];
  const from = mean + deviation * normalQuantile((1 - confidence) / 2);
  const to = 2 * mean - from;
  const left = Math.floor(Math.floor(from - 0.5) + 0.5) + 1;
  const right = Math.floor(Math.ceil(to - 0.5) + 0.5) + 1;
  const within = (l: number, r: number) =>
    normalCdf((r - 0.5 - mean) / deviation) - normalCdf((l - 0.5 - mean) / deviation);
  const cut = within(left, right - 1);
  return cut >= confidence && cut < within(left, right)
    ? { left, right: right - 1 }
    : { left, right };
}
