import type { Baseline } from '../baseline.ts';
import type { ReadResult } from '../measurement.ts';
import { NO_SHIFT } from './common-shift.ts';
import type { Settings } from './settings.ts';
import { type Comparison, compareSides } from './sides.ts';
import { compareWithHistory } from './with-history.ts';

/** What was measured, what it was compared with, and the result of each metric. */
export interface ComparisonResult extends Comparison {
  readonly results: ReadResult;
  /** The baseline as the report names it: `12 runs of history on linux-x64`. */
  readonly against: string;
}

/** Compares results with the baseline, by the method that its kind allows. */
export function compare(
  baseline: Exclude<Baseline, { kind: 'commit' }>,
  results: ReadResult,
  settings: Settings,
): Comparison {
  switch (baseline.kind) {
    case 'files':
      return compareSides(baseline.result, results, settings);
    case 'history':
      return compareWithHistory(baseline.records, results, settings);
    case 'none':
      return { ...compareSides(EMPTY, results, settings), shift: NO_SHIFT };
  }
}

const EMPTY: ReadResult = {
  format: '',
  measurements: [],
  failures: [],
  environment: {},
  warnings: [],
};
