import { describeError } from '@repo/core/errors/describe-error';
import { backoffMs } from '@repo/core/process/backoff';
import type { Clock } from '@repo/core/process/clock';
import { DaemonError, DaemonUnreachable } from '@repo/docker/errors';
import type { Step } from '../plan.ts';
import type { Inventory } from '../selection/docker-object.ts';
import { decide, type Policy } from '../selection/selection.ts';
import { GONE, type Removers } from './removers.ts';

/** The result of a planned removal. */
export interface RemovalResult {
  readonly kind:
    | 'removed'
    /** Another process removed it first. */
    | 'gone'
    | 'in-use'
    | 'changed'
    /** The disk has enough free space. */
    | 'skipped'
    | 'failed';
  readonly reason: string;
}

export interface RemovalOptions {
  readonly removers: Removers;
  readonly policy: Policy;
  readonly self: Inventory['self'];
  /** The daemon's clock, epoch milliseconds. */
  readonly now: () => number;
  readonly clock: Pick<Clock, 'sleep'>;
  /** Aborted on cancel and after `timeout`. */
  readonly signal: AbortSignal;
  readonly retries: number;
}

const RETRY = { baseMs: 100, maxMs: 5_000 };

/** Inspects the object again, removes it if the plan still applies, and retries failures. */
export async function removeObject(step: Step, options: RemovalOptions): Promise<RemovalResult> {
  const { clock, signal, retries } = options;
  for (let attempt = 0; ; attempt++) {
    try {
      signal.throwIfAborted();
      const result = await tryToRemove(step, options);
      if (result.kind !== 'busy') return result;
      if (attempt >= retries) return { kind: 'failed', reason: result.reason };
      await clock.sleep(backoffMs(attempt + 1, RETRY), signal);
    } catch (error) {
      if (signal.aborted) return { kind: 'failed', reason: describeStop(signal) };
      if (attempt >= retries || !isTransient(error)) {
        return { kind: 'failed', reason: describeError(error) };
      }
      try {
        await clock.sleep(backoffMs(attempt + 1, RETRY), signal);
      } catch {
        return { kind: 'failed', reason: describeStop(signal) };
      }
    }
  }
}

/** Why an aborted run does nothing more. */
export function describeStop({ reason }: AbortSignal): string {
  return reason instanceof DOMException && reason.name === 'TimeoutError'
    ? 'the time limit (timeout) was reached'
    : describeError(reason);
}

async function tryToRemove(
  step: Step,
  { removers, policy, self, now }: RemovalOptions,
): Promise<RemovalResult | { readonly kind: 'busy'; readonly reason: string }> {
  const { inspect, remove } = removers[step.object.kind];
  const current = await inspect(step.object);
  if (current.kind !== 'present') return current;
  const { kind } = decide(current.object, { nowMs: now(), self }, policy);
  if (kind !== 'remove') {
    return { kind: 'changed', reason: `it is now ${kind === 'too-young' ? 'too young' : kind}` };
  }
  const removal = await remove(step);
  if (removal.kind === 'removed') return { kind: 'removed', reason: step.rule };
  if (removal.kind === 'missing') return GONE;
  return {
    kind: /already in progress/.test(removal.message) ? 'busy' : 'in-use',
    reason: removal.message,
  };
}

/** A broken connection or a server error: a device may have been busy. */
function isTransient(error: unknown): boolean {
  return (
    error instanceof DaemonUnreachable || (error instanceof DaemonError && error.status >= 500)
  );
}
