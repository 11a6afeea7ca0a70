import { ActionError } from '@repo/core/errors/action-error';
import type { Clock } from '@repo/core/process/clock';
import { type Note, readNote, writeNote } from '@repo/github/git/notes';
import { createRef, deleteRef } from '@repo/github/git/refs';
import { replaceRef } from '@repo/github/git/replace-ref';
import type { GitHub } from '@repo/github/github';
import { GitHubError } from '@repo/github/github-error';
import { jobsOfRun } from '@repo/github/workflows/jobs';
import { workflowRun } from '@repo/github/workflows/runs';
import { type Acquisition, type Holder, isSameOwner, type Lock, type Owner } from './lock.ts';
import { type LockNote, readLockNote, writeLockNote } from './lock-note.ts';

export interface GitHubLockOptions {
  /** Connects on the first call. */
  readonly github: () => Promise<GitHub>;
  readonly environment: string;
  /** Full SHA of a commit of the repository. The annotated tag of the lock points to it. */
  readonly sha: string;
  readonly clock: Clock;
}

const MAX_TRIES = 3;

/**
 * A lock in a ref on GitHub, which only one run can create (permissions: contents: write, and
 * actions: read to check whether its owner has ended). The ref points to a note with the owner.
 */
export function createGitHubLock({
  github: connect,
  environment,
  sha,
  clock,
}: GitHubLockOptions): Lock {
  const ref = toRef(environment);
  /** The lock of this run. */
  let own: { readonly object: string; readonly note: LockNote } | undefined;

  const write = async (github: GitHub, note: LockNote): Promise<string> => {
    if (sha === '') {
      throw new ActionError('the lock needs the commit of this run, and it is unknown', {
        remedy: 'Run the action in a workflow, or set GITHUB_SHA.',
      });
    }
    return writeNote(github, {
      name: 'deploy-rollback-lock',
      text: writeLockNote(note),
      commit: sha,
    });
  };

  const acquire = async (owner: Owner): Promise<Acquisition> => {
    const github = await connect();
    const note: LockNote = { owner, sinceMs: clock.now(), keptReason: undefined };
    const object = await write(github, note);
    for (let tries = 1; tries <= MAX_TRIES; tries++) {
      if (await createRef(github, ref, object)) {
        own = { object, note };
        return { kind: 'acquired', how: 'free' };
      }
      const found = await readNote(github, ref);
      // Its owner has released it since.
      if (found === undefined) continue;
      const existing = parseNote(found);
      if (existing === undefined) return unreadable(github);
      if (isSameOwner(existing.owner, owner)) {
        own = { object: found.sha, note: existing };
        return { kind: 'acquired', how: 'reentered', keptReason: existing.keptReason };
      }
      const holder = await toHolder(github, existing, owner);
      if (!holder.hasEnded || !(await replaceUnchanged(github, found.sha, object))) {
        return { kind: 'held', by: holder };
      }
      own = { object, note };
      return { kind: 'acquired', how: 'taken-over', keptReason: holder.keptReason };
    }
    throw new ActionError(`${ref} is created and deleted by other runs`, {
      remedy: 'Put all jobs that deploy to this environment into one concurrency group.',
    });
  };

  /** Only one of several runs takes over: the ref must be unchanged since it was read. */
  const replaceUnchanged = async (github: GitHub, from: string, to: string): Promise<boolean> => {
    try {
      await replaceRef(github, ref, { from, to });
      return true;
    } catch (error) {
      if (!(error instanceof GitHubError)) throw error;
      const now = await readNote(github, ref);
      if (now?.sha === from) throw error;
      return now?.sha === to;
    }
  };

  const unreadable = ({ repository: { owner, repo } }: GitHub): Acquisition => ({
    kind: 'unreadable',
    problem: `${ref} has invalid content, so its owner is unknown`,
    remedy: `Check that no rollback of ${environment} runs, then remove it: gh api -X DELETE repos/${owner}/${repo}/git/${ref}`,
  });

  return {
    location: ref,
    acquire,
    keep: async (reason) => {
      if (own === undefined) return;
      const github = await connect();
      const note = { ...own.note, keptReason: reason };
      const object = await write(github, note);
      if (await replaceUnchanged(github, own.object, object)) own = { object, note };
    },
    release: async () => {
      if (own === undefined) return;
      await deleteRef(await connect(), ref);
      own = undefined;
    },
    getHolder: async () => {
      const github = await connect();
      const found = await readNote(github, ref);
      const existing = found && parseNote(found);
      return existing && toHolder(github, existing, undefined);
    },
  };
}

function parseNote({ text }: Note): LockNote | undefined {
  return text === undefined ? undefined : readLockNote(text);
}

async function toHolder(
  github: GitHub,
  { owner, sinceMs, keptReason }: LockNote,
  asker: Owner | undefined,
): Promise<Holder> {
  return {
    owner,
    sinceMs,
    keptReason,
    hasEnded: keptReason !== undefined || (await hasEnded(github, owner, asker)),
  };
}

/** A run whose status cannot be read counts as running. */
async function hasEnded(
  github: GitHub,
  { runId, runAttempt, runner }: Owner,
  asker: Owner | undefined,
): Promise<boolean> {
  // An attempt starts after the previous one has ended, and a runner runs one job at a time.
  const isBefore =
    asker?.runId === runId &&
    (Number(asker.runAttempt) > Number(runAttempt) || (runner !== '' && asker.runner === runner));
  if (isBefore) return true;
  try {
    const run = await workflowRun(github, Number(runId));
    if (run.status === 'completed' || run.attempt > Number(runAttempt)) return true;
    // Skipped and waiting jobs have no runner either.
    if (runner === '') return false;
    const jobs = (await jobsOfRun(github, Number(runId))).filter((job) => job.runner === runner);
    return jobs.length > 0 && jobs.every(({ isOver }) => isOver);
  } catch (error) {
    if (error instanceof GitHubError && error.status === 404) return true;
    if (error instanceof GitHubError && error.status === 403) return false;
    throw error;
  }
}

/**
 * A ref outside branches and tags, so that it starts no workflow and matches no branch rule. Names
 * of environments are case-insensitive; characters that a ref does not allow are encoded.
 */
export function toRef(environment: string): string {
  const bytes = Buffer.from(environment.toLowerCase());
  const name = [...bytes]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[a-z0-9_-]/.test(character) ? character : `=${byte.toString(16).padStart(2, '0')}`;
    })
    .join('');
  return `refs/deploy-rollback/lock/${name}`;
}
