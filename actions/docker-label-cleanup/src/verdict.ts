import type { Verdict } from '@repo/core/action/outcome';
import { type Entry, isLeftover } from './audit.ts';

/** `fail`: something could not be removed; `warn`: something selected is left for another reason. */
export function verdictOf(entries: readonly Entry[]): Verdict {
  if (entries.some(({ outcome }) => outcome === 'failed')) return 'fail';
  return entries.some(isLeftover) ? 'warn' : 'pass';
}
