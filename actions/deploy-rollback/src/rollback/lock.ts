import { ActionError } from '@repo/core/errors/action-error';
import { formatDuration } from '@repo/core/inputs/duration';
import { backoffMs } from '@repo/core/process/backoff';
import { plain } from '@repo/core/text/untrusted';
import type { Context } from '../context.ts';
import { type Acquisition, type Holder, isSameOwner, type Owner } from '../lock/lock.ts';
import { createResult, type ModeResult } from '../mode-result.ts';

const POLL = { baseMs: 200, maxMs: 5_000 };

type Acquired = Extract<Acquisition, { kind: 'acquired' }>;

export interface LockOptions {
  /**
   * Returns the reason to keep the lock after the work, `undefined` to release it.
   *
   * @param keptReason the reason for which the previous owner kept it
   */
  readonly getKeepReason?: (
    result: ModeResult,
    keptReason: string | undefined,
  ) => string | undefined;
  /** Called after an error only. A half-done change stays locked until another run finishes it. */
  readonly isHalfDone?: () => Promise<boolean>;
}

/** Runs the work with the lock of the environment. Returns `locked` if another run keeps the lock. */
export async function withLock(
  context: Context,
  work: (acquired: Acquired) => Promise<ModeResult>,
  { getKeepReason = () => undefined, isHalfDone = async () => false }: LockOptions = {},
): Promise<ModeResult> {
  const { lock, ports } = context;
  const acquired = await acquire(context);
  const how = acquired.kind === 'held' ? '' : ` (${acquired.how})`;
  ports.log.debug(`lock ${lock.location}: ${acquired.kind}${how}`);
  if (acquired.kind === 'held') return createLocked(acquired.by, context);
  if (acquired.how !== 'free') {
    ports.log.info(`Taking over ${lock.location}: its owner has ended.`);
  }
  let result: ModeResult;
  try {
    result = await work(acquired);
  } catch (error) {
    if (acquired.keptReason !== undefined) await lock.keep(acquired.keptReason).catch(() => {});
    else if (!(await isHalfDone().catch(() => true))) await lock.release().catch(() => {});
    throw error;
  }
  const reason = getKeepReason(result, acquired.keptReason);
  if (reason === undefined) await lock.release();
  else await lock.keep(plain(reason));
  return result;
}

/**
 * Waits until no other run holds the lock, without taking it.
 *
 * @returns the last holder, and the result `locked` if it still holds the lock after lock-timeout
 */
export async function waitForLock(
  context: Context,
): Promise<{ readonly holder: Holder | undefined; readonly locked: ModeResult | undefined }> {
  const owner = getOwner(context);
  // An earlier step of the same job has ended, even if its lock is still there.
  const findBlocker = (holder: Holder | undefined) =>
    holder?.hasEnded === false && !isSameOwner(holder.owner, owner) ? holder : undefined;
  const holder = await poll(context, () => context.lock.getHolder(), findBlocker);
  const blocker = findBlocker(holder);
  return { holder, locked: blocker && createLocked(blocker, context) };
}

async function acquire(context: Context): Promise<Exclude<Acquisition, { kind: 'unreadable' }>> {
  const { lock } = context;
  const owner = getOwner(context);
  const attempt = async () => {
    const acquisition = await lock.acquire(owner);
    if (acquisition.kind !== 'unreadable') return acquisition;
    throw new ActionError(acquisition.problem, { remedy: acquisition.remedy });
  };
  return poll(context, attempt, (answer) => (answer.kind === 'held' ? answer.by : undefined));
}

function createLocked(by: Holder, { lock, ports }: Context): ModeResult {
  return createResult({
    result: 'locked',
    message: `the environment is locked by ${describeHolder(by, ports.clock.now())}`,
    remedy: `Wait until that run has ended, or raise lock-timeout. If it has ended and left the lock behind, remove ${lock.location}.`,
  });
}

function getOwner({ ports: { run, variable } }: Context): Owner {
  const { runId, runAttempt, job } = run;
  return { runId, runAttempt, job, runner: variable('RUNNER_NAME') };
}

/** Asks until no other run holds the lock, at most for lock-timeout. */
async function poll<T>(
  { inputs, ports }: Context,
  ask: () => Promise<T>,
  findBlocker: (answer: T) => Holder | undefined,
): Promise<T> {
  const { clock, log, signal } = ports;
  const endMs = clock.monotonic() + inputs.lockTimeout;
  for (let attempt = 1; ; attempt++) {
    const answer = await ask();
    const holder = findBlocker(answer);
    const leftMs = endMs - clock.monotonic();
    if (holder === undefined || leftMs <= 0) return answer;
    log.info(
      `Waiting at most ${formatDuration(leftMs)} for ${describeHolder(holder, clock.now())} …`,
    );
    await clock.sleep(Math.min(backoffMs(attempt, POLL), leftMs), signal);
  }
}

/** `run 4711 (attempt 2, job deploy), which has held the lock for 40s`. */
function describeHolder({ owner, sinceMs }: Holder, nowMs: number): string {
  const { runId, runAttempt, job } = owner;
  const name =
    runId === ''
      ? 'a run outside GitHub'
      : `run ${plain(runId, 40)} (attempt ${plain(runAttempt, 10)}, job ${plain(job, 80)})`;
  return `${name}, which has held the lock for ${formatDuration(Math.max(0, nowMs - sinceMs))}`;
}
