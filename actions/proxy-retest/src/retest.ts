import type { Log } from '@repo/core/action/log';
import type { Clock } from '@repo/core/process/clock';
import type { Endpoint } from './endpoint/endpoint.ts';
import type { Finding } from './history/history.ts';
import type { Entry } from './survey.ts';
import type { Attempt } from './test/attempt.ts';
import type { Control } from './test/control.ts';
import { type DispatchSettings, dispatch } from './test/dispatch.ts';
import type { Target } from './test/target.ts';
import { judgeFailures, type Tested, testEndpoint } from './test/test-endpoint.ts';

/** How an endpoint is asked for a target; the attempt's number is from 0. */
export type Asker = (
  endpoint: Endpoint,
  entry: Entry,
  target: Target,
  attempt: number,
) => Promise<Attempt>;

export interface RetestSettings extends Omit<DispatchSettings, 'clock'> {
  readonly clock: Clock;
  readonly attempts: number;
  readonly control: Control;
  readonly ask: Asker;
  readonly endpointOf: (entry: Entry) => Promise<Endpoint | undefined>;
  /** The endpoint is done with, for now. */
  readonly done: (entry: Entry) => void;
  /** Looks more closely at one that answers. */
  readonly examine: (endpoint: Endpoint, entry: Entry, finding: Finding) => Promise<Finding>;
  /** Hears of each finding as soon as it is certain. */
  readonly record: (entry: Entry, finding: Finding) => void;
  /** Which target comes first, so that not all begin with the same. */
  readonly turn: (entry: Entry) => number;
  readonly log: Log;
  /** How long the last check of the targets may take, milliseconds. */
  readonly lastCheckMs: number;
}

/** How often the targets are asked directly, and progress is told, milliseconds. */
const CONTROL_MS = 5_000;

/**
 * Tests the endpoints in order until they are all tested or the signal is aborted. Failures are
 * recorded once the targets have been asked again, and have answered.
 */
export async function retest(order: readonly Entry[], settings: RetestSettings): Promise<void> {
  const { control, clock, signal, record, endpointOf, ask, turn, examine, log } = settings;
  const held: { readonly entry: Entry; readonly tested: Extract<Tested, { state: 'failed' }> }[] =
    [];
  let done = 0;
  const settle = () => {
    for (const { entry, tested } of held.splice(0)) record(entry, judgeFailures(tested, control));
  };
  const work = async (entry: Entry) => {
    const endpoint = await endpointOf(entry);
    if (endpoint === undefined || signal.aborted) return;
    const tested = await testEndpoint(
      (target, attempt) => ask(endpoint, entry, target, attempt),
      turn(entry),
      settings,
    );
    if (tested.state === 'settled') record(entry, await examine(endpoint, entry, tested.finding));
    else if (tested.state === 'failed') held.push({ entry, tested });
    settings.done(entry);
    if (tested.state !== 'stopped') done++;
  };
  const over = new AbortController();
  const watching = watch();
  try {
    await dispatch(order, work, settings);
  } finally {
    over.abort();
    await watching;
  }
  // Also after a cancel: what is held is not known before the targets have been asked once more.
  if (held.length > 0) await control.check(AbortSignal.timeout(settings.lastCheckMs));
  settle();

  async function watch(): Promise<void> {
    const stop = AbortSignal.any([signal, over.signal]);
    while (!stop.aborted) {
      await clock.sleep(CONTROL_MS, stop).catch(() => {});
      if (stop.aborted) return;
      const holding = held.splice(0);
      await control.check(stop);
      if (stop.aborted) {
        held.unshift(...holding);
        return;
      }
      for (const { entry, tested } of holding) record(entry, judgeFailures(tested, control));
      log.info(`${done} of ${order.length} tested`);
    }
  }
}
