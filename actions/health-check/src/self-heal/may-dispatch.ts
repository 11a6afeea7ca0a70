import { formatLimit, type Limit } from '@repo/core/inputs/limit';
import type { WorkflowHealing } from './self-heal-result.ts';

/** A run of the workflow that heals, or a note of one that is about to be. Times in ms. */
export interface EarlierStart {
  readonly createdAt: number;
}

/**
 * Why the workflow must not be started now; `undefined` when it may. Once an outage, and at most so
 * often in the window that healing cannot go round in circles.
 *
 * @param starts runs of that workflow by dispatch, whoever asked for them
 * @param since when the outage began, ms since the epoch
 */
export function reasonNotToStart(
  name: string,
  starts: readonly EarlierStart[],
  limit: Limit,
  since: number,
  now: number,
): WorkflowHealing | undefined {
  if (starts.some(({ createdAt }) => createdAt >= since)) {
    return { state: 'already', name, reason: 'it was started once since the outage began' };
  }
  const recent = starts.filter(({ createdAt }) => createdAt >= now - limit.window);
  if (recent.length < limit.most) return undefined;
  return { state: 'limit', name, reason: `the limit of ${formatLimit(limit)} is reached` };
}
