import { describeError } from '@repo/core/errors/describe-error';
import { backoffMs } from '@repo/core/process/backoff';
import type { Clock } from '@repo/core/process/clock';
import type { Docker } from '@repo/docker/client';
import { DaemonError, DaemonUnreachable } from '@repo/docker/errors';
import { judge, type Policy, type Step } from './plan.ts';
import type { Removers } from './removers.ts';
import type { World } from './subject.ts';

/** What became of a planned removal. */
export type Result =
  | { readonly kind: 'removed' }
  /** Somebody else removed it meanwhile, which is as good. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'in-use'; readonly by: string }
  | { readonly kind: 'changed'; readonly what: string }
  /** Nobody needs the room any more, or no more was allowed. */
  | { readonly kind: 'spared'; readonly why: string }
  | { readonly kind: 'failed'; readonly why: string };

export interface Ports {
  readonly docker: Pick<Docker, 'now'>;
  readonly removers: Removers;
  readonly clock: Pick<Clock, 'sleep'>;
  /** Aborted on cancel and when the time is over. */
  readonly signal: AbortSignal;
  /** How often a step that failed, or that somebody else is at, is tried again. */
  readonly retries: number;
}

const RETRY = { baseMs: 100, maxMs: 5_000 };

/** Looks at the subject once more, removes it if the plan is still right, and tries again. */
export async function carryOut(
  step: Step,
  policy: Policy,
  self: World['self'],
  ports: Ports,
): Promise<Result> {
  const { clock, signal, retries } = ports;
  for (let attempt = 0; ; attempt++) {
    try {
      signal.throwIfAborted();
      const result = await attemptOnce(step, policy, self, ports);
      if (result.kind !== 'busy') return result;
      if (attempt >= retries) return { kind: 'failed', why: result.message };
      await clock.sleep(backoffMs(attempt + 1, RETRY), signal);
    } catch (error) {
      if (signal.aborted) return { kind: 'failed', why: whyStopped(signal) };
      if (attempt >= retries || !isPassing(error)) {
        return { kind: 'failed', why: describeError(error) };
      }
      try {
        await clock.sleep(backoffMs(attempt + 1, RETRY), signal);
      } catch {
        return { kind: 'failed', why: whyStopped(signal) };
      }
    }
  }
}

/** Why nothing more is done. */
export function whyStopped({ reason }: AbortSignal): string {
  return reason instanceof DOMException && reason.name === 'TimeoutError'
    ? 'the time was over (timeout)'
    : describeError(reason);
}

async function attemptOnce(
  step: Step,
  policy: Policy,
  self: World['self'],
  { docker, removers }: Ports,
): Promise<Result | { readonly kind: 'busy'; readonly message: string }> {
  const { look, remove } = removers[step.subject.kind];
  const seen = await look(step.subject);
  if (seen.kind !== 'there') return seen;
  const fate = judge(seen.subject, { nowMs: docker.now(), self }, policy);
  if (fate.kind !== 'remove') return { kind: 'changed', what: `it is ${wordsFor(fate.kind)} now` };
  const removal = await remove(step);
  if (removal.kind === 'removed') return { kind: 'removed' };
  if (removal.kind === 'missing') return { kind: 'gone' };
  return /already in progress/.test(removal.message)
    ? { kind: 'busy', message: removal.message }
    : { kind: 'in-use', by: removal.message };
}

function wordsFor(kind: string): string {
  return kind === 'too-young' ? 'too young' : kind;
}

/** Worth another try: the connection broke, or the daemon failed at it (a device was busy). */
function isPassing(error: unknown): boolean {
  return (
    error instanceof DaemonUnreachable || (error instanceof DaemonError && error.status >= 500)
  );
}
