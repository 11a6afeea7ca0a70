import { ActionError } from '@repo/core/errors/action-error';
import { formatDuration } from '@repo/core/inputs/duration';
import { plain } from '@repo/core/untrusted';
import { type Finding, finding } from './finding.ts';
import type { Acquisition, Holder, Owner } from './lock/lock.ts';
import type { World } from './world.ts';

/** Pause between two tries, doubled each time, and the longest, ms. */
const PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;

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
  world: World,
  work: (acquired: Acquired) => Promise<Finding>,
  { keep = () => undefined, isHalfDone = async () => false }: Bounds = {},
): Promise<Finding> {
  const { lock, ports } = world;
  const acquired = await acquire(world);
  if (acquired.kind === 'held') return locked(acquired.by, world);
  if (acquired.how !== 'free') {
    ports.log.info(`Taking over ${lock.place}: who had it has ended.`);
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

function locked(by: Holder, { lock, ports }: World): Finding {
  return finding({
    result: 'locked',
    message: `${holderText(by, ports.clock.now())} is at work`,
    remedy: `Wait for it; lock-timeout says for how long. If it has ended without giving it back, remove ${lock.place}.`,
  });
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
      `Waiting for ${holderText(acquisition.by, clock.now())} for ${formatDuration(left)} more …`,
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
