import { ActionError } from '@repo/core/errors/action-error';
import { formatDuration } from '@repo/core/inputs/duration';
import { backoffMs } from '@repo/core/process/backoff';
import { plain } from '@repo/core/text/untrusted';
import type { Context } from './context.ts';
import { type Finding, finding } from './finding.ts';
import { type Acquisition, type Holder, isSameOwner, type Owner } from './lock/lock.ts';

const POLL = { baseMs: 200, maxMs: 5_000 };

type Acquired = Extract<Acquisition, { kind: 'acquired' }>;

interface Bounds {
  /**
   * Why the lock stays when the work is done, so that nothing goes on before somebody has looked.
   * It is given back unless told.
   *
   * @param kept why it was kept by who had it before
   */
  readonly keep?: (found: Finding, kept: string | undefined) => string | undefined;
  /** Asked after a failure only: then our end frees the lock for nobody but who goes on. */
  readonly isHalfDone?: () => Promise<boolean>;
}

/**
 * Does something while nobody else does anything in this environment. Where somebody else has the
 * lock, and has it until we would wait no longer, the finding says who.
 */
export async function underLock(
  context: Context,
  work: (acquired: Acquired) => Promise<Finding>,
  { keep = () => undefined, isHalfDone = async () => false }: Bounds = {},
): Promise<Finding> {
  const { lock, ports } = context;
  const acquired = await acquire(context);
  if (acquired.kind === 'held') return locked(acquired.by, context);
  if (acquired.how !== 'free') {
    ports.log.info(`Taking over ${lock.location}: who had it has ended.`);
  }
  let found: Finding;
  try {
    found = await work(acquired);
  } catch (error) {
    if (acquired.kept !== undefined) await lock.keep(acquired.kept).catch(() => {});
    else if (!(await isHalfDone().catch(() => true))) await lock.release().catch(() => {});
    throw error;
  }
  const why = keep(found, acquired.kept);
  if (why === undefined) await lock.release();
  else await lock.keep(plain(why));
  return found;
}

function locked(by: Holder, { lock, ports }: Context): Finding {
  return finding({
    result: 'locked',
    message: `${holderText(by, ports.clock.now())} is at work`,
    remedy: `Wait for it; lock-timeout says for how long. If it has ended without giving it back, remove ${lock.location}.`,
  });
}

async function acquire(context: Context): Promise<Exclude<Acquisition, { kind: 'unreadable' }>> {
  const { lock } = context;
  const owner = ownerOf(context);
  const ask = async () => {
    const acquisition = await lock.acquire(owner);
    if (acquisition.kind !== 'unreadable') return acquisition;
    throw new ActionError(acquisition.problem, { remedy: acquisition.remedy });
  };
  return patiently(context, ask, (answer) => (answer.kind === 'held' ? answer.by : undefined));
}

/**
 * Waits until nobody is at work in the environment, without taking the lock.
 *
 * @returns who was there last: somebody who has ended, or {@link locked} where we would wait no longer
 */
export async function lookPatiently(
  context: Context,
): Promise<{ readonly holder: Holder | undefined; readonly locked: Finding | undefined }> {
  const us = ownerOf(context);
  // An earlier step of this very job has ended, whatever it left behind.
  const atWork = (holder: Holder | undefined) =>
    holder?.ended === false && !isSameOwner(holder.owner, us) ? holder : undefined;
  const holder = await patiently(context, () => context.lock.look(), atWork);
  const by = atWork(holder);
  return { holder, locked: by && locked(by, context) };
}

function ownerOf({ ports: { run, variable } }: Context): Owner {
  const { runId, runAttempt, job } = run;
  return { runId, runAttempt, job, runner: variable('RUNNER_NAME') };
}

/** Asks again and again, until nobody is in the way or the time is over. */
async function patiently<T>(
  { inputs, ports }: Context,
  ask: () => Promise<T>,
  inTheWay: (answer: T) => Holder | undefined,
): Promise<T> {
  const { clock, log, signal } = ports;
  const end = clock.monotonic() + inputs.lockTimeout;
  for (let attempt = 1; ; attempt++) {
    const answer = await ask();
    const holder = inTheWay(answer);
    const left = end - clock.monotonic();
    if (holder === undefined || left <= 0) return answer;
    log.info(`Waiting for ${holderText(holder, clock.now())} for ${formatDuration(left)} more …`);
    await clock.sleep(Math.min(backoffMs(attempt, POLL), left), signal);
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
