import { plain } from '@repo/core/text/untrusted';
import type { ImpossiblePreflight, Target } from '../strategy.ts';
import type { CommitInfo, GitRepository, RefTip } from './git-repository.ts';
import { isRollbackOf } from './trailers.ts';

/** A branch, compared with the release to restore. */
export interface BranchState {
  readonly kind: 'found';
  readonly tip: RefTip;
  /** The SHA of the tree of the release. */
  readonly tree: string;
  /** Whether the branch already has the content of the release. */
  readonly isSame: boolean;
  /** Commits after the bad release, without those of this rollback. */
  readonly newer: readonly CommitInfo[];
}

export async function readBranchState(
  repository: GitRepository,
  branch: string,
  { revision, badRelease }: Target,
): Promise<BranchState | ImpossiblePreflight> {
  const tip = await repository.getTip(`refs/heads/${branch}`);
  if (tip === undefined) {
    return createImpossible(`the branch ${branch} does not exist`, 'Correct branch.');
  }
  const tree = await repository.getTree(revision);
  if (tree === undefined) return createMissingCommit(revision);
  const since = await repository.listCommits(badRelease, tip.commit);
  const isSame = (await repository.getTree(tip.commit)) === tree;
  if (since === undefined && !isSame) {
    return createImpossible(
      `${branch} does not contain the bad release ${badRelease.slice(0, 7)}`,
      'It was force-pushed, or is not the deployed branch. Set branch to the deployed branch.',
    );
  }
  const newer = (since ?? []).filter((commit) => !isRollbackOf(commit, badRelease));
  return { kind: 'found', tip, tree, isSame, newer };
}

export function createImpossible(problem: string, remedy: string): ImpossiblePreflight {
  return { kind: 'impossible', problem, remedy };
}

export function createMissingCommit(revision: string): ImpossiblePreflight {
  return createImpossible(
    `the repository does not contain the commit ${revision}`,
    'Roll back to a commit that is part of a branch or a tag.',
  );
}

/** Describes the commits that a rollback would undo in addition to the bad release; empty for none. */
export function describeNewerCommits({ newer }: BranchState): string {
  const [first] = newer;
  if (first === undefined) return '';
  const title = plain(first.message.split('\n')[0] ?? '', 60);
  const more = newer.length > 1 ? ` and ${newer.length - 1} more` : '';
  return `${first.sha.slice(0, 7)} (${title})${more}`;
}
