import { pluralize } from '@repo/core/text/pluralize';
import { median } from '@repo/statistics/median';
import { mannWhitney } from '../statistics/mann-whitney.ts';
import { robustBand } from '../statistics/robust-band.ts';
import type { UDistributions } from '../statistics/u-distribution.ts';
import { bearsOut, isImproved, type Limits, stepOf } from './limits.ts';

/** Latest runs, this one included, and the runs before them that they are compared with. */
export const RECENT = 5;
export const BASELINE = 30;
/** Fewest runs before with which noise can be told from change. */
const FEWEST = 5;
/** Below this, the latest runs come from another population. */
const SIGNIFICANT = 0.005;
/** Half-width of the band, in robust standard deviations. */
const BAND = 6;

export interface SeriesJudgement {
  readonly state: 'fail' | 'warn' | 'unknown' | 'improved' | 'unchanged';
  readonly reason: string;
  /** Median of the runs before. */
  readonly before: number;
  /** What was judged: the median of the latest runs where they are another level, or this run. */
  readonly after: number;
  readonly p?: number;
  readonly runs: readonly [before: number, recent: number];
}

/**
 * Judges the last value of a series by those before it: the last 5 against the 30 before (Mann &
 * Whitney, p < .005) and past a threshold; a single value warns at once when it is past a threshold
 * and outside of all 30 and of median ± 6 · 1.4826 · MAD.
 *
 * @param baseline values of accepted runs before the recent ones, oldest first; at least one
 * @param recent values of the latest runs, this run's last
 * @param resolution what the values are rounded to: the nearer by so much, the values may be
 */
export function judgeSeries(
  baseline: readonly number[],
  recent: readonly number[],
  limits: Limits,
  resolution: number,
  distributions: UDistributions,
): SeriesJudgement {
  const window = baseline.slice(-BASELINE);
  const before = median(window);
  const current = recent.at(-1) as number;
  const level = median(recent);
  const runs = [window.length, recent.length] as const;
  const step = (after: number) => {
    // As with an interval, its near end has to bear the step out.
    const near = after - Math.sign(after - before) * resolution;
    return bearsOut(limits, before, near) ? stepOf(limits, before, after) : undefined;
  };
  const now = step(current);
  if (window.length < FEWEST) {
    const few = `with ${pluralize(window.length, 'run')} of history`;
    return now === undefined
      ? {
          state: 'unchanged',
          reason: `within the thresholds, ${few}`,
          before,
          after: current,
          runs,
        }
      : {
          state: 'unknown',
          reason: `past ${limits[now]?.text}, but it may be noise ${few}; it takes ${FEWEST}`,
          before,
          after: current,
          runs,
        };
  }
  const { p } = mannWhitney(window, recent, distributions);
  const settled = recent.length >= RECENT && p < SIGNIFICANT;
  const base = { before, p, runs };
  const levelStep = settled ? step(level) : undefined;
  if (levelStep !== undefined) {
    return {
      ...base,
      state: levelStep,
      reason: `the last ${recent.length} runs are past ${limits[levelStep]?.text} of the ${window.length} before`,
      after: level,
    };
  }
  if (now !== undefined) {
    const outside = isOutside(window, current);
    return {
      ...base,
      state: outside ? 'warn' : 'unknown',
      reason: `past ${limits[now]?.text}, ${outside ? 'and outside of' : 'but within'} the noise of the last ${window.length} runs`,
      after: current,
    };
  }
  if (settled && isImproved(limits, before, level)) {
    return {
      ...base,
      state: 'improved',
      reason: `the last ${recent.length} runs are better than the ${window.length} before`,
      after: level,
    };
  }
  return { ...base, state: 'unchanged', reason: 'within the thresholds', after: current };
}

function isOutside(window: readonly number[], value: number): boolean {
  const { low, high } = robustBand(window, BAND);
  return value < Math.min(low, ...window) || value > Math.max(high, ...window);
}

/** What values are rounded to, where that can be seen: 1 when all are whole numbers, else 0. */
export function resolutionOf(values: readonly number[]): number {
  return values.every(Number.isInteger) ? 1 : 0;
}
