import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ActionError } from '@repo/core/errors/action-error';
import type { Clock } from '@repo/core/process/clock';
import * as v from 'valibot';
import { epochMs, shortText } from '../state/untrusted-shapes.ts';
import { type Acquisition, type Holder, isSameOwner, type Lock, type Owner } from './lock.ts';
import { hasEnded, type ProcessIdentity, thisProcess } from './process-identity.ts';

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
    process: v.object({ host: shortText, boot: shortText, pid: v.number(), started: shortText }),
    sinceMs: epochMs,
    why: shortText,
  }),
  v.object({ state: v.literal('free') }),
]);

type Content = v.InferOutput<typeof contentSchema>;

/** The lock as it is now: the content of the file with the highest number, the only one that counts. */
type Seen =
  | { readonly number: number; readonly content: Content }
  | { readonly number: number; readonly content: 'unreadable' };

/**
 * The lock of an environment in its state folder: files `lock-1`, `lock-2` …, each made whole by a
 * hard link that only one can make. Whoever makes the next number has it, so that of two who take it
 * over from the same dead owner one wins, whatever the order of their steps.
 */
export function localLock(folder: string, clock: Pick<Clock, 'now'>): Lock {
  let own: { readonly owner: Owner; readonly sinceMs: number } | undefined;
  const me = thisProcess();
  const look = () => highest(folder);
  const held = (owner: Owner, state: 'held' | 'kept', sinceMs: number, why: string): Content => ({
    state,
    owner,
    process: me,
    sinceMs,
    why,
  });
  const replace = async (state: (mine: { owner: Owner; sinceMs: number }) => Content) => {
    const seen = await look();
    const mine = own;
    if (mine === undefined || !isBy(seen.content, me)) return;
    await makeNext(folder, seen.number, state(mine));
    own = undefined;
  };
  return {
    location: `the lock ${join(folder, 'lock-*')}`,
    acquire: async (owner) => {
      for (;;) {
        const seen = await look();
        const answer = judge(seen, owner, me, folder);
        if (answer.kind !== 'acquired') return answer;
        const sinceMs = clock.now();
        if (await makeNext(folder, seen.number, held(owner, 'held', sinceMs, ''))) {
          own = { owner, sinceMs };
          return answer;
        }
      }
    },
    keep: (why) => replace(({ owner, sinceMs }) => held(owner, 'kept', sinceMs, why)),
    release: () => replace(() => ({ state: 'free' })),
    look: async () => {
      const { content } = await look();
      if (content === 'unreadable') throw unreadable(folder);
      return content.state === 'free' ? undefined : holderOf(content, me);
    },
  };
}

function judge({ content }: Seen, owner: Owner, me: ProcessIdentity, folder: string): Acquisition {
  if (content === 'unreadable') {
    const { message, remedy } = unreadable(folder);
    return { kind: 'unreadable', problem: message, remedy };
  }
  if (content.state === 'free') return { kind: 'acquired', how: 'free' };
  const holder = holderOf(content, me, owner);
  if (!holder.ended) return { kind: 'held', by: holder };
  const how = isSameOwner(holder.owner, owner) ? 'reentered' : 'taken-over';
  return { kind: 'acquired', how, kept: holder.kept };
}

function holderOf(
  { owner, process, sinceMs, state, why }: Exclude<Content, { state: 'free' }>,
  me: ProcessIdentity,
  asker?: Owner,
): Holder {
  // An attempt of a run begins when the one before is over, wherever that was.
  const isEarlierAttempt =
    asker !== undefined &&
    asker.runId !== '' &&
    owner.runId === asker.runId &&
    Number(owner.runAttempt) < Number(asker.runAttempt);
  const ended = state === 'kept' || isEarlierAttempt || hasEnded(process, me);
  return { owner, sinceMs, ended, kept: state === 'kept' ? why : undefined };
}

function isBy(content: Seen['content'], me: ProcessIdentity): boolean {
  if (content === 'unreadable' || content.state === 'free') return false;
  const { pid, host, started } = content.process;
  return pid === me.pid && host === me.host && started === me.started;
}

async function highest(folder: string): Promise<Seen> {
  for (;;) {
    const number = Math.max(0, ...(await numbers(folder)));
    if (number === 0) return { number, content: { state: 'free' } };
    try {
      const text = await readFile(join(folder, `lock-${number}`), 'utf8');
      return { number, content: v.parse(contentSchema, JSON.parse(text)) };
    } catch (error) {
      // Somebody has made the next one, and cleared this one away.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
      return { number, content: 'unreadable' };
    }
  }
}

async function numbers(folder: string): Promise<readonly number[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw unusable(folder, error);
  });
  return names.flatMap((name) => {
    const [, number] = /^lock-(\d{1,15})$/.exec(name) ?? [];
    return number === undefined ? [] : [Number(number)];
  });
}

/** Whether the next number is ours; lower ones are cleared away then. */
async function makeNext(folder: string, last: number, content: Content): Promise<boolean> {
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
  const all = await numbers(folder);
  // Somebody was so much faster that our number had been cleared away already.
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
    remedy: 'Make sure that no rollback is at work on that machine, then remove the file.',
  });
}

function unusable(folder: string, cause: unknown): ActionError {
  return new ActionError(`no lock can be taken in ${folder}`, {
    remedy: 'Give state-dir a folder of the user that runs this, on a local disk with room.',
    cause,
  });
}
