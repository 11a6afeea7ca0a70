/** The distribution of Mann–Whitney's U if both samples come from one population. */
interface UDistribution {
  /** P(U ≤ u), u a multiple of ½. */
  readonly cdf: (u: number) => number;
}

/** Distributions of U by the sizes of the samples; each is computed once. */
export type UDistributions = (n: number, m: number) => UDistribution;

/** Larger than any sample; makes one key of two sizes. */
const KEY_FACTOR = 2 ** 26;

/** Creates a cache of distributions without ties. */
export function uDistributions(): UDistributions {
  const cache = new Map<number, UDistribution>();
  return (n, m) => {
    const key = Math.min(n, m) * KEY_FACTOR + Math.max(n, m);
    const found = cache.get(key) ?? computeDistribution(n, m);
    cache.set(key, found);
    return found;
  };
}

/**
 * Exact, without ties, by the recurrence of Mann & Whitney (1947, "On a test of whether one of two
 * random variables is stochastically larger than the other", equation 3):
 * p(n, m; U) = n/(n+m) · p(n−1, m; U−m) + m/(n+m) · p(n, m−1; U). O(n·m·nm).
 */
function computeDistribution(n: number, m: number): UDistribution {
  // A row contains p(i, j; ·) for one i and rising j.
  let previous: Float64Array[] = Array.from({ length: m + 1 }, () => Float64Array.of(1));
  for (let i = 1; i <= n; i++) {
    const row: Float64Array[] = [Float64Array.of(1)];
    for (let j = 1; j <= m; j++) {
      const current = new Float64Array(i * j + 1);
      const above = previous[j] as Float64Array;
      const left = row[j - 1] as Float64Array;
      for (let u = 0; u < current.length; u++) {
        current[u] = (i * (above[u - j] ?? 0) + j * (left[u] ?? 0)) / (i + j);
      }
      row.push(current);
    }
    previous = row;
  }
  return cumulative(previous[m] as Float64Array);
}

/**
 * P(U ≤ u), exact, with ties: the share of all splits of the pooled values into two samples with at
 * most this U. One tie group after another, as in Klotz (1966, "The Wilcoxon, ties, and the
 * computer").
 *
 * @param ties sizes of the groups of equal values, in rising order of the values; their sum is n + m
 * @param u a multiple of ½
 */
export function lowerTailWithTies(
  n: number,
  m: number,
  ties: readonly number[],
  u: number,
): number {
  // U only grows from group to group, so larger values than u are skipped.
  const last = Math.min(2 * n * m, Math.floor(2 * u + 1e-9));
  if (last < 0) return 0;
  const width = last + 1;
  // ways[a · width + 2U]: number of ways to have a values of the groups so far in the first sample.
  // One array is updated in place, because large results need thousands of these.
  const ways = new Float64Array((n + 1) * width);
  ways[0] = 1;
  let before = 0;
  for (const size of ties) {
    for (let taken = Math.min(n, before); taken >= Math.max(0, before - m); taken--) {
      const others = before - taken;
      const from = taken * width;
      let choices = size;
      for (let more = 1; more <= size && taken + more <= n; more++) {
        // Each of `more` exceeds the others below it, and ties with those in its group.
        const gained = more * (2 * others + size - more);
        const shift = more * width + gained;
        const end = from + Math.min(2 * taken * others, last - gained);
        for (let at = from; at <= end; at++) {
          ways[at + shift] = (ways[at + shift] as number) + (ways[at] as number) * choices;
        }
        choices = (choices * (size - more)) / (more + 1);
      }
    }
    before += size;
  }
  let below = 0;
  for (let at = n * width; at < (n + 1) * width; at++) below += ways[at] as number;
  return below / choose(n + m, n);
}

/** n over k. */
function choose(n: number, k: number): number {
  let ways = 1;
  for (let i = 1; i <= k; i++) ways = (ways * (n - k + i)) / i;
  return ways;
}

function cumulative(shares: Float64Array): UDistribution {
  const sums = new Float64Array(shares.length);
  let sum = 0;
  for (const [index, share] of shares.entries()) {
    sum += share;
    sums[index] = sum;
  }
  return {
    cdf: (u) => {
      const index = Math.floor(u + 1e-9);
      return index < 0 ? 0 : (sums[index] ?? 1);
    },
  };
}
