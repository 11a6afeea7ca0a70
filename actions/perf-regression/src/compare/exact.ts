import type { Base } from './frame.ts';
import type { Judged } from './judged.ts';
import { isImproved, isShareOfNothing, type Limits, NO_SHARE, stepOf } from './limits.ts';

/** One number a side tells all: the threshold alone decides. */
export function judgeExact(base: Base, limits: Limits): Judged {
  const { before = 0, after = 0 } = base;
  const row = { ...base, method: 'exact' as const };
  if (isShareOfNothing(limits, before, after))
    return { ...row, state: 'unknown', reason: NO_SHARE };
  const step = stepOf(limits, before, after);
  if (step !== undefined) return { ...row, state: step, reason: `past ${limits[step]?.text}` };
  return isImproved(limits, before, after) && before !== after
    ? { ...row, state: 'improved', reason: 'better than the threshold' }
    : { ...row, state: 'unchanged', reason: 'within the thresholds' };
}
