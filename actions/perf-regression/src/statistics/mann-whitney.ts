import { sortAscending } from '@repo/statistics/median';
import { normalCdf } from './normal.ts';
import { lowerTailWithTies, type UDistributions } from './u-distribution.ts';

/** Largest samples for which p is exact, without and with ties, as in benchstat. */
export const EXACT_UP_TO = 50;
const EXACT_WITH_TIES_UP_TO = 25;

export interface MannWhitney {
  /** Number of pairs in which the value of the first sample is larger; ties count as one half. */
  readonly u: number;
  /** Two-sided; 1 if all values are equal. */
  readonly p: number;
  readonly method: 'exact' | 'normal';
}

/**
 * Tests whether two samples come from one population. Mann & Whitney (1947): twice the smaller tail,
 * exact for small samples, otherwise the normal approximation, corrected for ties and continuity
 * (Lehmann 1975, "Nonparametrics", 1.20–1.24). Both samples must have at least one value.
 */
export function mannWhitney(
  first: readonly number[],
  second: readonly number[],
  distributions: UDistributions,
): MannWhitney {
  return mannWhitneySorted(
    sortAscending(new Float64Array(first)),
    sortAscending(new Float64Array(second)),
    distributions,
  );
}

/** The same for sorted samples. */
export function mannWhitneySorted(
  first: Float64Array,
  second: Float64Array,
  distributions: UDistributions,
): MannWhitney {
  const [n, m] = [first.length, second.length];
  const { u, ties } = rank(first, second);
  const smaller = Math.min(u, n * m - u);
  const tied = ties.length < n + m;
  if (Math.max(n, m) <= (tied ? EXACT_WITH_TIES_UP_TO : EXACT_UP_TO)) {
    if (ties.length === 1 || smaller * 2 === n * m) return { u, p: 1, method: 'exact' };
    if (!tied) return { u, p: Math.min(1, 2 * distributions(n, m).cdf(smaller)), method: 'exact' };
    // With ties and unequal sizes, the two samples have different distributions of U.
    const tail =
      u === smaller
        ? lowerTailWithTies(n, m, ties, smaller)
        : lowerTailWithTies(m, n, ties, smaller);
    return { u, p: Math.min(1, 2 * tail), method: 'exact' };
  }
  const all = n + m;
  const correction = ties.reduce((sum, size) => sum + size ** 3 - size, 0) / (all * (all - 1));
  const deviation = Math.sqrt(((n * m) / 12) * (all + 1 - correction));
  if (deviation === 0) return { u, p: 1, method: 'normal' };
  const z = Math.min(0, smaller - (n * m) / 2 + 0.5) / deviation;
  return { u, p: Math.min(1, 2 * normalCdf(z)), method: 'normal' };
}

/** The smallest two-sided p for samples of these sizes: 2 / C(n + m, n). */
export function smallestP(n: number, m: number): number {
  let choices = 1;
  for (let i = 1; i <= Math.min(n, m); i++) choices *= (Math.max(n, m) + i) / i;
  return Math.min(1, 2 / choices);
}

function rank(a: Float64Array, b: Float64Array) {
  const ties: number[] = [];
  let u = 0;
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const x = i < a.length ? (a[i] as number) : Number.POSITIVE_INFINITY;
    const y = j < b.length ? (b[j] as number) : Number.POSITIVE_INFINITY;
    const value = Math.min(x, y);
    const i0 = i;
    const j0 = j;
    while (i < a.length && a[i] === value) i++;
    while (j < b.length && b[j] === value) j++;
    u += (i - i0) * (j0 + (j - j0) / 2);
    ties.push(i - i0 + j - j0);
  }
  return { u, ties };
}
