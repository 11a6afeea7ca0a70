import type { Verdict } from '@repo/core/action/outcome';
import type { BuildCacheResult } from './act.ts';
import { type AuditEntry, isLeftover } from './report/audit.ts';

/** `fail`: a removal failed; `warn`: a selected object is left for another reason. */
export function judge(entries: readonly AuditEntry[], buildCache?: BuildCacheResult): Verdict {
  const hasFailed = entries.some(({ outcome }) => outcome === 'failed');
  if (hasFailed || buildCache?.problem !== undefined) return 'fail';
  return entries.some(isLeftover) ? 'warn' : 'pass';
}
