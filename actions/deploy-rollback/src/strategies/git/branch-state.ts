import { plain } from '@repo/core/text/untrusted';
import type { Preflight, Target } from '../strategy.ts';
import type { Hosting, Past, Tip } from './hosting.ts';
import { isRollbackFrom } from './trailers.ts';

export type Impossible = Extract<Preflight, { kind: 'impossible' }>;

/** A branch, seen from a release that is to be brought back to it. */
export interface BranchState {
  readonly kind: 'there';
  readonly tip: Tip;
  /** The SHA of the tree of the release. */
  readonly tree: string;
  /** The content of the branch is that of the release already. */
  readonly isSame: boolean;
  /** Commits after the failing one that are none of ours. */
  readonly newer: readonly Past[];
}

export async function branchState(
  hosting: Hosting,
  branch: string,
  { revision, badRelease }: Target,
): Promise<BranchState | Impossible> {
  const tip = await hosting.tip(`refs/heads/${branch}`);
  if (tip === undefined) {
    return impossible(`there is no branch ${branch}`, 'Name one that is there.');
  }
  const tree = await hosting.tree(revision);
  if (tree === undefined) return noCommit(revision);
  const since = await hosting.since(badRelease, tip.commit);
  const isSame = (await hosting.tree(tip.commit)) === tree;
  if (since === undefined && !isSame) {
    return impossible(
      `${branch} does not have ${badRelease.slice(0, 7)}, the failing commit, in its history`,
      'It was force-pushed, or is not what is deployed: name the branch that is.',
    );
  }
  const newer = (since ?? []).filter((commit) => !isRollbackFrom(commit, badRelease));
  return { kind: 'there', tip, tree, isSame, newer };
}

export function impossible(problem: string, remedy: string): Impossible {
  return { kind: 'impossible', problem, remedy };
}

export function noCommit(revision: string): Impossible {
  return impossible(
    `the repository does not have the commit ${revision} (any more)`,
    'Roll back to one that is still part of a branch or a tag.',
  );
}

/** The commits that a rollback would undo although nobody has found them bad; empty for none. */
export function newerCommits({ newer }: BranchState): string {
  const [first] = newer;
  if (first === undefined) return '';
  const title = plain(first.message.split('\n')[0] ?? '', 60);
  const more = newer.length > 1 ? ` and ${newer.length - 1} more` : '';
  return `${first.sha.slice(0, 7)} (${title})${more}`;
}
