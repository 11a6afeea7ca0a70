import type { Log } from '@repo/core/action/log';
import type { Clock } from '@repo/core/process/clock';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { TestResult } from '../history/history.ts';
import type { ListEntry } from '../list/list.ts';
import type { ProxyJudge } from '../proxy-judge/proxy-judge.ts';
import type { Attempt } from './attempt.ts';
import { type DispatchSettings, dispatch } from './dispatch.ts';
import type { Target } from './target.ts';
import type { TargetMonitor } from './target-monitor.ts';
import { confirmFailures, type EndpointTest, testEndpoint } from './test-endpoint.ts';

/** Requests a target through an endpoint; attempts are counted from 0. */
type RequestTarget = (
  endpoint: Endpoint,
  entry: ListEntry,
  target: Target,
  attempt: number,
) => Promise<Attempt>;

export interface TestRunSettings extends Omit<DispatchSettings, 'clock'> {
  readonly clock: Clock;
  readonly attempts: number;
  readonly monitor: TargetMonitor;
  readonly request: RequestTarget;
  readonly readEndpoint: (entry: ListEntry) => Promise<Endpoint | undefined>;
  /** Called when an endpoint needs no further requests. */
  readonly release: (entry: ListEntry) => void;
  readonly judge: ProxyJudge | undefined;
  /** Called with each result as soon as it is certain. */
  readonly onResult: (entry: ListEntry, result: TestResult) => void;
  /** The index of the first target, to spread the requests over all targets. */
  readonly selectFirstTarget: (entry: ListEntry) => number;
  readonly log: Log;
  /** Timeout of the last check of the targets. */
  readonly lastCheckMs: number;
}

/** How often the targets are requested directly and the progress is logged. */
const CHECK_INTERVAL_MS = 5_000;

type FailedTest = Extract<EndpointTest, { state: 'failed' }>;

/**
 * Tests the endpoints in order until all are tested or the signal is aborted. A failure becomes a
 * result only after the targets answered directly once more.
 */
export async function testEndpoints(
  order: readonly ListEntry[],
  settings: TestRunSettings,
): Promise<void> {
  const { monitor, clock, signal, judge, log, onResult, readEndpoint, request } = settings;
  const unconfirmed: { readonly entry: ListEntry; readonly test: FailedTest }[] = [];
  let done = 0;
  const confirm = (failed: typeof unconfirmed) => {
    for (const { entry, test } of failed) onResult(entry, confirmFailures(test, monitor));
  };
  const work = async (entry: ListEntry) => {
    const endpoint = await readEndpoint(entry);
    if (endpoint === undefined || signal.aborted) return;
    const test = await testEndpoint(
      (target, attempt) => request(endpoint, entry, target, attempt),
      settings.selectFirstTarget(entry),
      settings,
    );
    if (test.state === 'settled') {
      const examined = await judge?.examine(test.result, (target) =>
        request(endpoint, entry, target, 0),
      );
      onResult(entry, examined ?? test.result);
    } else if (test.state === 'failed') unconfirmed.push({ entry, test });
    settings.release(entry);
    if (test.state !== 'stopped') done++;
  };
  const dispatched = new AbortController();
  const checking = checkRegularly();
  try {
    await dispatch(order, work, settings);
  } finally {
    dispatched.abort();
    await checking;
  }
  // Also after a cancel: unconfirmed failures would be lost otherwise.
  if (unconfirmed.length > 0) await monitor.check(AbortSignal.timeout(settings.lastCheckMs));
  confirm(unconfirmed.splice(0));

  async function checkRegularly(): Promise<void> {
    const stop = AbortSignal.any([signal, dispatched.signal]);
    while (!stop.aborted) {
      await clock.sleep(CHECK_INTERVAL_MS, stop).catch(() => {});
      if (stop.aborted) return;
      const failed = unconfirmed.splice(0);
      await monitor.check(stop);
      if (stop.aborted) {
        unconfirmed.unshift(...failed);
        return;
      }
      confirm(failed);
      log.info(`${done} of ${order.length} tested`);
    }
  }
}
