import { ActionError } from '@repo/core/errors/action-error';
import { formatDuration } from '@repo/core/inputs/duration';
import { plain } from '@repo/core/untrusted';
import type { Acquisition, Holder, Owner } from './lock/lock.ts';
import type { World } from './world.ts';

/** Pause between two tries, doubled each time, and the longest, ms. */
const PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;

export type Held<T> =
  | { readonly kind: 'done'; readonly value: T }
  /** Somebody else has the lock, and had it until we would wait no longer. */
  | { readonly kind: 'locked'; readonly by: Holder; readonly message: string };

/**
 * Does something while nobody else does anything in this environment. The lock stays where it was
 * kept, or where `work` did not come to its end and says that something is half done; then our own
 * end frees it for whoever goes on.
 *
 * @param isHalfDone asked after a failure only
 */
export async function underLock<T>(
  world: World,
  work: (how: 'free' | 'reentered' | 'taken-over') => Promise<T>,
  isHalfDone: () => Promise<boolean> = async () => false,
): Promise<Held<T>> {
  const { lock, ports } = world;
  const acquisition = await acquire(world);
  if (acquisition.kind === 'held') {
    const { by } = acquisition;
    return { kind: 'locked', by, message: `${holderText(by, ports.clock.now())} is at work` };
  }
  if (acquisition.how !== 'free') {
    ports.log.info(`Taking over ${lock.place}: who had it has ended.`);
  }
  let value: T;
  try {
    value = await work(acquisition.how);
  } catch (error) {
    if (!(await isHalfDone().catch(() => true))) await lock.release().catch(() => {});
    throw error;
  }
  // Does nothing where it was kept.
  await lock.release();
  return { kind: 'done', value };
}

async function acquire({
  lock,
  inputs,
  ports,
}: World): Promise<Exclude<Acquisition, { kind: 'unreadable' }>> {
  const { clock, log, run, signal, variable } = ports;
  const owner: Owner = {
    runId: run.runId,
    runAttempt: run.runAttempt,
    job: run.job,
    runner: variable('RUNNER_NAME'),
  };
  const end = clock.monotonic() + inputs.lockTimeout;
  for (let pause = PAUSE_MS; ; pause = Math.min(LONGEST_PAUSE_MS, pause * 2)) {
    const acquisition = await lock.acquire(owner);
    if (acquisition.kind === 'unreadable') {
      throw new ActionError(acquisition.problem, { remedy: acquisition.remedy });
    }
    const left = end - clock.monotonic();
    if (acquisition.kind === 'acquired' || left <= 0) return acquisition;
    log.info(
      `Waiting for ${holderText(acquisition.by, clock.now())}, for ${formatDuration(left)} more …`,
    );
    await clock.sleep(Math.min(pause, left), signal);
  }
}

/** `run 4711 (attempt 2, job deploy), which has the lock since 40s`. */
function holderText({ owner, sinceMs }: Holder, nowMs: number): string {
  const { runId, runAttempt, job } = owner;
  const who =
    runId === ''
      ? 'a run outside of GitHub'
      : `run ${plain(runId, 40)} (attempt ${plain(runAttempt, 10)}, job ${plain(job, 80)})`;
  return `${who}, which has the lock since ${formatDuration(Math.max(0, nowMs - sinceMs))},`;
}
