import { mean } from '@repo/statistics/mean';
import { studentTwoSided } from './student-t.ts';

/** With fewer values on a side, an outlier would be a change. */
const MIN_SEGMENT_LENGTH = 4;

/** A change of the level of a series. */
export interface ChangePoint {
  /** Index of the first value at the new level. */
  readonly index: number;
  /** Two-sided p of the t test between the levels before and after. */
  readonly p: number;
  /** Mean of the values since the previous change point, and until the next one. */
  readonly before: number;
  readonly after: number;
}

/**
 * Finds the changes of level of a series, in order. E-Divisive (Matteson & James 2014, "A nonparametric
 * approach for multiple change point analysis"): the split with the largest energy distance, then
 * both halves again; significance by a t test instead of permutations, and the weakest dropped until
 * all are significant against their neighbours, as Hunter does (Fleming et al. 2023, "Hunter: Using
 * change point detection to hunt for performance regressions"). O(n²) for each split.
 */
export function changePoints(values: readonly number[], alpha: number): readonly ChangePoint[] {
  let indices = split(values, 0, values.length, alpha);
  for (;;) {
    const points = indices.map((index, position) =>
      compare(values, indices[position - 1] ?? 0, index, indices[position + 1] ?? values.length),
    );
    const weakest = points.toSorted((a, b) => b.p - a.p)[0];
    if (weakest === undefined || weakest.p < alpha) return points;
    indices = indices.filter((index) => index !== weakest.index);
  }
}

function split(values: readonly number[], from: number, to: number, alpha: number): number[] {
  const index = findBestSplit(values, from, to);
  if (index === undefined || compare(values, from, index, to).p >= alpha) return [];
  return [...split(values, from, index, alpha), index, ...split(values, index, to, alpha)];
}

/**
 * The split of a segment with the largest nm/(n+m) · (2·E|X−Y| − E|X−X′| − E|Y−Y′|); `undefined` if
 * it is too short. Each step moves one value from right to left, so that all take O(n²).
 */
function findBestSplit(values: readonly number[], from: number, to: number): number | undefined {
  const size = to - from;
  if (size < 2 * MIN_SEGMENT_LENGTH) return undefined;
  const segment = values.slice(from, to);
  const distances = (index: number, start: number, end: number) => {
    let sum = 0;
    for (let other = start; other < end; other++) {
      sum += Math.abs((segment[index] as number) - (segment[other] as number));
    }
    return sum;
  };
  let [left, right, between] = [0, 0, 0];
  for (let index = 0; index < size; index++) right += distances(index, 0, index);
  let best: number | undefined;
  let highest = 0;
  for (let n = 1; n <= size - MIN_SEGMENT_LENGTH; n++) {
    const toLeft = distances(n - 1, 0, n - 1);
    const toRight = distances(n - 1, n, size);
    left += toLeft;
    right -= toRight;
    between += toRight - toLeft;
    const m = size - n;
    if (n < MIN_SEGMENT_LENGTH) continue;
    const energy =
      (2 * between) / (n * m) - (2 * left) / (n * (n - 1)) - (2 * right) / (m * (m - 1));
    const weighted = ((n * m) / size) * energy;
    if (weighted > highest) [highest, best] = [weighted, from + n];
  }
  return best;
}

/** Welch's t test (1947) between the values before and after an index. */
function compare(values: readonly number[], from: number, index: number, to: number): ChangePoint {
  const [left, right] = [values.slice(from, index), values.slice(index, to)];
  const [before, after] = [mean(left), mean(right)];
  const [a, b] = [variance(left, before) / left.length, variance(right, after) / right.length];
  if (a + b === 0) return { index, p: before === after ? 1 : 0, before, after };
  const degrees = (a + b) ** 2 / (a ** 2 / (left.length - 1) + b ** 2 / (right.length - 1));
  const p = studentTwoSided((after - before) / Math.sqrt(a + b), degrees);
  return { index, p, before, after };
}

function variance(values: readonly number[], centre: number): number {
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1);
}
