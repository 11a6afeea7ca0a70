import { NO_SHIFT } from './compare/common-shift.ts';
import type { Settings } from './compare/settings.ts';
import { type Comparison, compareSides } from './compare/sides.ts';
import { compareWithHistory } from './compare/with-history.ts';
import type { ReadResult } from './measurement.ts';
import type { Past } from './past.ts';

/** Judges results by whatever there is to compare them with. */
export function compare(past: Past, results: ReadResult, settings: Settings): Comparison {
  switch (past.kind) {
    case 'files':
      return compareSides(past.result, results, settings);
    case 'history':
      return compareWithHistory(past.records, results, settings);
    case 'nothing':
      return { ...compareSides(NOTHING, results, settings), shift: NO_SHIFT };
  }
}

const NOTHING: ReadResult = {
  format: '',
  measurements: [],
  failures: [],
  environment: {},
  warnings: [],
};
