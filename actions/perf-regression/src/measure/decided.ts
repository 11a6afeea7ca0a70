import type { Judged } from '../compare/judged.ts';
import { stepOf } from '../compare/limits.ts';
import type { Settings } from '../compare/settings.ts';

/**
 * Whether more samples would probably tell nothing new: not while it is unknown, nor while the far
 * end of the interval is past a threshold that the estimate is not past.
 */
export function isDecided(row: Judged, { policyOf }: Settings): boolean {
  if (row.state === 'unknown') return false;
  if (row.method !== 'two-sample' || (row.state !== 'unchanged' && row.state !== 'warn'))
    return true;
  const { better, before = 0, low, high } = row;
  if ((better !== 'lower' && better !== 'higher') || low === undefined || high === undefined) {
    return false;
  }
  const { warn, fail } = policyOf(row);
  const far = before * (better === 'higher' ? low : high);
  const limits = { better, ...(warn && { warn }), ...(fail && { fail }) };
  const step = stepOf(limits, before, far);
  return row.state === 'warn' ? step !== 'fail' : step === undefined;
}
