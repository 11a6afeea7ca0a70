import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ActionError } from '@repo/core/errors/action-error';
import type { Clock } from '@repo/core/process/clock';
import * as v from 'valibot';
import { epochMs, shortText } from '../state/schemas.ts';
import { type Acquisition, type Holder, isSameOwner, type Lock, type Owner } from './lock.ts';
import {
  hasEnded,
  isPipe,
  openPipe,
  type ProcessIdentity,
  thisProcess,
} from './process-identity.ts';

const ownerSchema = v.object({
  runId: shortText,
  runAttempt: shortText,
  job: shortText,
  runner: shortText,
});

const contentSchema = v.variant('state', [
  v.object({
    state: v.picklist(['held', 'kept']),
    owner: ownerSchema,
    process: v.object({
      host: shortText,
      boot: shortText,
      pid: v.number(),
      started: shortText,
      pipe: v.optional(v.union([v.literal(''), v.pipe(v.string(), v.check(isPipe))]), ''),
    }),
    sinceMs: epochMs,
    reason: shortText,
  }),
  v.object({ state: v.literal('free') }),
]);

type Content = v.InferOutput<typeof contentSchema>;

/** The current lock: the content of the file with the highest number. Other files do not count. */
type LockFile =
  | { readonly number: number; readonly content: Content }
  | { readonly number: number; readonly content: 'unreadable' };

/**
 * A lock in the state folder: files `lock-1`, `lock-2` …, each created by a hard link, which is
 * atomic. The process that creates the next number has the lock, so that only one of two processes
 * takes it over from the same dead owner.
 */
export function createLocalLock(stateDir: string, clock: Pick<Clock, 'now'>): Lock {
  let own: { readonly owner: Owner; readonly sinceMs: number } | undefined;
  const me = thisProcess();
  const read = () => readLatest(stateDir);
  let pipe: Promise<void> | undefined;
  const openPipeOnce = () => {
    pipe ??= openPipe(me).catch((error) => {
      throw unusable(stateDir, error);
    });
    return pipe;
  };
  const held = (
    owner: Owner,
    state: 'held' | 'kept',
    sinceMs: number,
    reason: string,
  ): Content => ({
    state,
    owner,
    process: me,
    sinceMs,
    reason,
  });
  const replace = async (state: (mine: { owner: Owner; sinceMs: number }) => Content) => {
    const current = await read();
    const mine = own;
    if (mine === undefined || !isOwnedBy(current.content, me)) return;
    await createNext(stateDir, current.number, state(mine));
    own = undefined;
  };
  return {
    location: `the lock ${join(stateDir, 'lock-*')}`,
    acquire: async (owner) => {
      for (;;) {
        const current = await read();
        const answer = await toAcquisition(current, owner, me, stateDir);
        if (answer.kind !== 'acquired') return answer;
        const sinceMs = clock.now();
        await openPipeOnce();
        if (await createNext(stateDir, current.number, held(owner, 'held', sinceMs, ''))) {
          own = { owner, sinceMs };
          return answer;
        }
      }
    },
    keep: (reason) => replace(({ owner, sinceMs }) => held(owner, 'kept', sinceMs, reason)),
    release: () => replace(() => ({ state: 'free' })),
    getHolder: async () => {
      const { content } = await read();
      if (content === 'unreadable') throw unreadable(stateDir);
      return content.state === 'free' ? undefined : toHolder(content, me);
    },
  };
}

async function toAcquisition(
  { content }: LockFile,
  owner: Owner,
  me: ProcessIdentity,
  folder: string,
): Promise<Acquisition> {
  if (content === 'unreadable') {
    const { message, remedy } = unreadable(folder);
    return { kind: 'unreadable', problem: message, remedy };
  }
  if (content.state === 'free') return { kind: 'acquired', how: 'free' };
  const holder = await toHolder(content, me, owner);
  if (!holder.hasEnded) return { kind: 'held', by: holder };
  const how = isSameOwner(holder.owner, owner) ? 'reentered' : 'taken-over';
  return { kind: 'acquired', how, keptReason: holder.keptReason };
}

async function toHolder(
  { owner, process, sinceMs, state, reason }: Exclude<Content, { state: 'free' }>,
  me: ProcessIdentity,
  asker?: Owner,
): Promise<Holder> {
  // An attempt of a run starts after the previous one has ended, on any machine.
  const isEarlierAttempt =
    asker !== undefined &&
    asker.runId !== '' &&
    owner.runId === asker.runId &&
    Number(owner.runAttempt) < Number(asker.runAttempt);
  const isOver = state === 'kept' || isEarlierAttempt || (await hasEnded(process, me));
  return {
    owner,
    sinceMs,
    hasEnded: isOver,
    keptReason: state === 'kept' ? reason : undefined,
  };
}

function isOwnedBy(content: LockFile['content'], me: ProcessIdentity): boolean {
  if (content === 'unreadable' || content.state === 'free') return false;
  const { pid, host, started, pipe } = content.process;
  return pid === me.pid && host === me.host && started === me.started && pipe === me.pipe;
}

async function readLatest(folder: string): Promise<LockFile> {
  for (;;) {
    const number = Math.max(0, ...(await listNumbers(folder)));
    if (number === 0) return { number, content: { state: 'free' } };
    try {
      const text = await readFile(join(folder, `lock-${number}`), 'utf8');
      return { number, content: v.parse(contentSchema, JSON.parse(text)) };
    } catch (error) {
      // Another process has created the next one and removed this one.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
      return { number, content: 'unreadable' };
    }
  }
}

async function listNumbers(folder: string): Promise<readonly number[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw unusable(folder, error);
  });
  return names.flatMap((name) => {
    const [, number] = /^lock-(\d{1,15})$/.exec(name) ?? [];
    return number === undefined ? [] : [Number(number)];
  });
}

/** Creates the next number and removes lower ones; `false` if another process was faster. */
async function createNext(folder: string, last: number, content: Content): Promise<boolean> {
  const draft = join(folder, `.lock-${randomUUID()}`);
  const next = join(folder, `lock-${last + 1}`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(JSON.stringify(content));
      await file.sync();
    } finally {
      await file.close();
    }
    await link(draft, next);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw unusable(folder, error);
  } finally {
    await rm(draft, { force: true });
  }
  const all = await listNumbers(folder);
  // Other processes were so fast that they removed this number already.
  if (Math.max(...all) > last + 1) {
    await rm(next, { force: true });
    return false;
  }
  for (const number of all) {
    if (number <= last) await rm(join(folder, `lock-${number}`), { force: true });
  }
  return true;
}

function unreadable(folder: string): ActionError {
  return new ActionError(`the lock ${join(folder, 'lock-*')} cannot be read`, {
    remedy: 'Check that no rollback runs on that machine, then remove the file.',
  });
}

function unusable(folder: string, cause: unknown): ActionError {
  return new ActionError(`cannot create a lock in ${folder}`, {
    remedy:
      'Set state-dir to a folder that the user of the runner can write, on a local disk with free space.',
    cause,
  });
}
