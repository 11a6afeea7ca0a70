import { pluralize } from '@repo/core/text/pluralize';
import { median } from '@repo/statistics/median';
import { mannWhitney } from '../statistics/mann-whitney.ts';
import { robustBand } from '../statistics/robust-band.ts';
import type { UDistributions } from '../statistics/u-distribution.ts';
import {
  describeExceeded,
  findExceededThreshold,
  isConfirmed,
  isImproved,
  type Limits,
} from './limits.ts';

/** The latest runs, including this one. */
export const RECENT_RUNS = 5;
/** The runs before them, which they are compared with. */
export const BASELINE_RUNS = 30;
/** With fewer runs before, noise and change look the same. */
const MIN_BASELINE_RUNS = 5;
/** Significance level of the latest runs. */
const MAX_P = 0.005;
/** Half-width of the band, in robust standard deviations. */
const BAND_WIDTH = 6;

export interface SeriesJudgement {
  readonly state: 'fail' | 'warn' | 'unknown' | 'improved' | 'unchanged';
  readonly reason: string;
  /** Median of the runs before. */
  readonly before: number;
  /** The judged value: the median of the latest runs if they changed significantly, else this run. */
  readonly after: number;
  readonly p?: number;
  readonly runs: readonly [before: number, recent: number];
}

/**
 * Judges the latest values of a series. The last 5 runs are worse if they exceed a threshold and
 * Mann-Whitney's p against the 30 runs before is below .005. A single value warns at once if it
 * exceeds a threshold and lies outside of all 30 and of median ± 6 · 1.4826 · MAD.
 *
 * @param baseline values of accepted runs before the recent ones, oldest first; at least one
 * @param recent values of the latest runs, ending with this run
 * @param resolution the step that the values are rounded to
 */
export function judgeSeries(
  baseline: readonly number[],
  recent: readonly number[],
  limits: Limits,
  resolution: number,
  distributions: UDistributions,
): SeriesJudgement {
  const window = baseline.slice(-BASELINE_RUNS);
  const before = median(window);
  const current = recent.at(-1) as number;
  const level = median(recent);
  const runs = [window.length, recent.length] as const;
  const findExceeded = (after: number) => {
    // Like the near end of an interval: the value may be off by the rounding.
    const near = after - Math.sign(after - before) * resolution;
    return isConfirmed(limits, before, near)
      ? findExceededThreshold(limits, before, after)
      : undefined;
  };
  const exceededNow = findExceeded(current);
  if (window.length < MIN_BASELINE_RUNS) {
    const few = `with ${pluralize(window.length, 'run')} of history`;
    return exceededNow === undefined
      ? {
          state: 'unchanged',
          reason: `within the thresholds, ${few}`,
          before,
          after: current,
          runs,
        }
      : {
          state: 'unknown',
          reason: `${describeExceeded(limits, exceededNow)}, but it may be noise ${few}; ${MIN_BASELINE_RUNS} are required`,
          before,
          after: current,
          runs,
        };
  }
  const { p } = mannWhitney(window, recent, distributions);
  const isNewLevel = recent.length >= RECENT_RUNS && p < MAX_P;
  const base = { before, p, runs };
  const exceededLevel = isNewLevel ? findExceeded(level) : undefined;
  if (exceededLevel !== undefined) {
    return {
      ...base,
      state: exceededLevel,
      reason: `the last ${recent.length} runs are ${describeExceeded(limits, exceededLevel)} than the ${window.length} before`,
      after: level,
    };
  }
  if (exceededNow !== undefined) {
    const outside = isOutside(window, current);
    return {
      ...base,
      state: outside ? 'warn' : 'unknown',
      reason: `${describeExceeded(limits, exceededNow)}, ${outside ? 'outside' : 'but within'} the noise of the last ${window.length} runs`,
      after: current,
    };
  }
  if (isNewLevel && isImproved(limits, before, level)) {
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
  const { low, high } = robustBand(window, BAND_WIDTH);
  return value < Math.min(low, ...window) || value > Math.max(high, ...window);
}

/** The step that values are rounded to: 1 if all are integers, 0 if it is unknown. */
export function detectResolution(values: readonly number[]): number {
  return values.every(Number.isInteger) ? 1 : 0;
}
