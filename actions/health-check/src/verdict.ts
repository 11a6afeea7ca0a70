import type { Verdict } from '@repo/core/action/outcome';
import type { CheckResult, Status } from './check.ts';

/** The verdict on all checks together. */
export interface HealthVerdict {
  readonly status: Status;
  readonly verdict: Verdict;
  /** One sentence. */
  readonly message: string;
}

const VERDICTS: Readonly<Record<Status, Verdict>> = {
  healthy: 'pass',
  degraded: 'warn',
  unhealthy: 'fail',
  unknown: 'unknown',
};

const WORST_FIRST: readonly Status[] = ['unhealthy', 'unknown', 'degraded', 'healthy'];

/** The status of all checks is the worst of their statuses. */
export function judge(results: readonly CheckResult[]): HealthVerdict {
  const status =
    WORST_FIRST.find((one) => results.some((result) => result.status === one)) ?? 'unknown';
  return { status, verdict: VERDICTS[status], message: createMessage(results, status) };
}

function createMessage(results: readonly CheckResult[], status: Status): string {
  const matching = results.filter((result) => result.status === status);
  const [first] = matching;
  if (first === undefined) return 'No checks';
  if (results.length === 1) return `${first.target} is ${status}, ${first.reason}`;
  if (status === 'healthy') return `All ${results.length} checks are healthy`;
  const more = matching.length === 1 ? '' : ` (and ${matching.length - 1} more)`;
  const verb = matching.length === 1 ? 'is' : 'are';
  return `${matching.length} of ${results.length} checks ${verb} ${status}: ${first.name}, ${first.reason}${more}`;
}
