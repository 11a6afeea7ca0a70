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
import { lockRef } from './ref-name.ts';

export interface GitHubLockOptions {
  /** Connects when first asked. */
  readonly github: () => Promise<GitHub>;
  readonly environment: string;
  /** Full SHA of a commit of the repository: the lock's content has to hang on one. */
  readonly sha: string;
  readonly clock: Clock;
}

/** Takes what is there from under us at most so often before somebody else has it. */
const MOST_TRIES = 3;

/**
 * A lock as a ref on GitHub, which only one of many can create (permissions: contents: write, and
 * actions: read to see whether its owner has ended). It points to a text that says who has it.
 */
export function githubLock({ github: connect, environment, sha, clock }: GitHubLockOptions): Lock {
  const ref = lockRef(environment);
  /** What we made the ref point to, and who we said we are. */
  let ours: { readonly object: string; readonly note: LockNote } | undefined;

  const write = async (github: GitHub, note: LockNote): Promise<string> => {
    if (sha === '') {
      throw new ActionError('the commit of this run is not known, which the lock hangs on', {
        remedy: 'Run within a workflow, or set GITHUB_SHA.',
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
    const note: LockNote = { owner, sinceMs: clock.now(), kept: undefined };
    const object = await write(github, note);
    for (let tries = 1; tries <= MOST_TRIES; tries++) {
      if (await createRef(github, ref, object)) {
        ours = { object, note };
        return { kind: 'acquired', how: 'free' };
      }
      const found = await readNote(github, ref);
      // Its owner has given it back meanwhile.
      if (found === undefined) continue;
      const there = noteOf(found);
      if (there === undefined) return unreadable(github);
      if (isSameOwner(there.owner, owner)) {
        ours = { object: found.sha, note: there };
        return { kind: 'acquired', how: 'reentered', kept: there.kept };
      }
      const holder = await holderOf(github, there, owner);
      if (!holder.ended || !(await replaced(github, found.sha, object))) {
        return { kind: 'held', by: holder };
      }
      ours = { object, note };
      return { kind: 'acquired', how: 'taken-over', kept: holder.kept };
    }
    throw new ActionError(`${ref} comes and goes`, {
      remedy: 'Give the jobs that deploy to this environment one concurrency group.',
    });
  };

  /** Of several who take over, one does: the ref must still be as it was seen. */
  const replaced = async (github: GitHub, from: string, to: string): Promise<boolean> => {
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
    problem: `${ref} does not say who has it`,
    remedy: `See that no rollback is at work in ${environment}, then remove it: gh api -X DELETE repos/${owner}/${repo}/git/${ref}`,
  });

  return {
    location: ref,
    acquire,
    keep: async (why) => {
      if (ours === undefined) return;
      const github = await connect();
      const note = { ...ours.note, kept: why };
      const object = await write(github, note);
      if (await replaced(github, ours.object, object)) ours = { object, note };
    },
    release: async () => {
      if (ours === undefined) return;
      await deleteRef(await connect(), ref);
      ours = undefined;
    },
    look: async () => {
      const github = await connect();
      const found = await readNote(github, ref);
      const there = found && noteOf(found);
      return there && holderOf(github, there, undefined);
    },
  };
}

function noteOf({ text }: Note): LockNote | undefined {
  return text === undefined ? undefined : readLockNote(text);
}

async function holderOf(
  github: GitHub,
  { owner, sinceMs, kept }: LockNote,
  asking: Owner | undefined,
): Promise<Holder> {
  return {
    owner,
    sinceMs,
    kept,
    ended: kept !== undefined || (await hasEnded(github, owner, asking)),
  };
}

/** What cannot be seen has not ended. */
async function hasEnded(
  github: GitHub,
  { runId, runAttempt, runner }: Owner,
  asking: Owner | undefined,
): Promise<boolean> {
  // An attempt begins when the one before is over, and a runner has one job at a time: ours.
  const isBefore =
    asking?.runId === runId &&
    (Number(asking.runAttempt) > Number(runAttempt) || (runner !== '' && asking.runner === runner));
  if (isBefore) return true;
  try {
    const run = await workflowRun(github, Number(runId));
    if (run.status === 'completed' || run.attempt > Number(runAttempt)) return true;
    // Jobs that were skipped or wait have no runner either.
    if (runner === '') return false;
    const jobs = (await jobsOfRun(github, Number(runId))).filter((job) => job.runner === runner);
    return jobs.length > 0 && jobs.every(({ isOver }) => isOver);
  } catch (error) {
    if (error instanceof GitHubError && error.status === 404) return true;
    if (error instanceof GitHubError && error.status === 403) return false;
    throw error;
  }
}
