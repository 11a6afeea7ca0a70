import {
  describeExceeded,
  findExceededThreshold,
  isImproved,
  isRelativeToZero,
  type Limits,
  RELATIVE_TO_ZERO,
} from './limits.ts';
import type { MetricResult } from './metric-result.ts';
import type { ResultBase } from './policy-check.ts';

/** Judges a metric without noise: one value on each side and the threshold decide. */
export function judgeExact(base: ResultBase, limits: Limits): MetricResult {
  const { before = 0, after = 0 } = base;
  const row = { ...base, method: 'exact' as const };
  if (isRelativeToZero(limits, before, after)) {
    return { ...row, state: 'unknown', reason: RELATIVE_TO_ZERO };
  }
  const exceeded = findExceededThreshold(limits, before, after);
  if (exceeded !== undefined) {
    return { ...row, state: exceeded, reason: describeExceeded(limits, exceeded) };
  }
  return isImproved(limits, before, after) && before !== after
    ? { ...row, state: 'improved', reason: 'improved by more than the threshold' }
    : { ...row, state: 'unchanged', reason: 'within the thresholds' };
}
