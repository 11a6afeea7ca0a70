import type { TestResult } from '../history/history.ts';
import type { Attempt } from './attempt.ts';
import { countsAgainstEndpoint, type TestFailure } from './failure.ts';
import type { Target } from './target.ts';
import type { TargetMonitor } from './target-monitor.ts';

/** A failed attempt, with its start and end on the monotonic clock. */
interface FailedAttempt {
  readonly target: Target;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly failure: TestFailure;
}

/** The outcome of testing one endpoint, before the targets are checked again. */
export type EndpointTest =
  | { readonly state: 'settled'; readonly result: TestResult }
  | { readonly state: 'failed'; readonly at: number; readonly failures: readonly FailedAttempt[] }
  /** Interrupted, without a result. */
  | { readonly state: 'stopped' };

export interface TestSettings {
  readonly attempts: number;
  readonly monitor: Pick<TargetMonitor, 'available'>;
  readonly clock: { readonly now: () => number; readonly monotonic: () => number };
}

/**
 * Requests one target after the other through the endpoint until one answers.
 *
 * @param request makes one attempt; attempts are counted from 0
 * @param firstTarget the index of the first target
 */
export async function testEndpoint(
  request: (target: Target, attempt: number) => Promise<Attempt>,
  firstTarget: number,
  { attempts, monitor, clock }: TestSettings,
): Promise<EndpointTest> {
  const failures: FailedAttempt[] = [];
  for (let attempt = 0; attempt < attempts; attempt++) {
    const targets = monitor.available();
    const target = targets[(firstTarget + attempt) % targets.length];
    if (target === undefined) {
      return settled({ state: 'inconclusive', at: clock.now(), message: 'no target answers' });
    }
    const startedAt = clock.monotonic();
    const answer = await request(target, attempt);
    if (answer.ok) {
      const { latencyMs, address } = answer;
      return settled({ state: 'alive', at: clock.now(), latency: latencyMs, address });
    }
    const { failure } = answer;
    if (failure.kind === 'aborted') return { state: 'stopped' };
    if (!countsAgainstEndpoint(failure)) return settled(toUntestedResult(failure, clock.now()));
    failures.push({ target, startedAt, endedAt: clock.monotonic(), failure });
  }
  return { state: 'failed', at: clock.now(), failures };
}

/**
 * Call it after the targets were checked again: a failure counts only when its target answered
 * directly before and after the attempt.
 */
export function confirmFailures(
  { at, failures }: Extract<EndpointTest, { state: 'failed' }>,
  { wasAvailable }: Pick<TargetMonitor, 'wasAvailable'>,
): TestResult {
  const confirmed = failures.filter(({ target, startedAt, endedAt }) =>
    wasAvailable(target, startedAt, endedAt),
  );
  const last = confirmed.at(-1);
  if (last === undefined) {
    return { state: 'inconclusive', at, message: 'the targets did not answer directly either' };
  }
  const { phase, kind, message } = last.failure;
  const targets = [...new Set(confirmed.map(({ target }) => target.url.href))];
  return { state: 'failed', at, phase, kind, message, targets };
}

function settled(result: TestResult): EndpointTest {
  return { state: 'settled', result };
}

function toUntestedResult({ kind, message }: TestFailure, at: number): TestResult {
  return kind === 'address-refused' || kind === 'config-invalid'
    ? { state: 'skipped', at, kind, message }
    : { state: 'inconclusive', at, message };
}
