import type { GitHub } from '../github.ts';
import { ifFound } from '../if-found.ts';

/** Compares `head` to `base`. `unrelated`: one does not exist, or they have no common ancestor. */
export type Relation = 'identical' | 'ahead' | 'behind' | 'diverged' | 'unrelated';

export interface Comparison {
  readonly relation: Relation;
  /** Commits in `head` but not in `base`, oldest first; `undefined` if there are more than 100. */
  readonly commits: readonly { readonly sha: string; readonly message: string }[] | undefined;
}

const MAX_COMMITS = 100;

/** Compares two commits, branches or tags (permissions: contents: read). */
export async function compare(
  { rest, repository }: GitHub,
  base: string,
  head: string,
): Promise<Comparison> {
  const found = await ifFound(() =>
    rest.repos.compareCommitsWithBasehead({
      ...repository,
      basehead: `${base}...${head}`,
      per_page: MAX_COMMITS,
    }),
  );
  if (found === undefined) return { relation: 'unrelated', commits: [] };
  const { status, ahead_by: ahead, commits } = found.data;
  return {
    relation: status,
    commits:
      ahead > MAX_COMMITS
        ? undefined
        : commits.map(({ sha, commit }) => ({ sha, message: commit.message })),
  };
}

/** Whether a commit is in the history of a branch, tag or commit. */
export async function isReachable(github: GitHub, commit: string, tip: string): Promise<boolean> {
  const { relation } = await compare(github, commit, tip);
  return relation === 'identical' || relation === 'ahead';
}
