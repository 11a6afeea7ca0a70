import type { GitHub } from '../github.ts';
import { ifThere } from '../if-there.ts';

/** How `head` lies to `base`; `unrelated`: one of them is gone, or they have nothing in common. */
export type Relation = 'identical' | 'ahead' | 'behind' | 'diverged' | 'unrelated';

export interface Comparison {
  readonly relation: Relation;
  /** Commits that lead to `head` and not to `base`, oldest first; at most 100, else `undefined`. */
  readonly commits: readonly { readonly sha: string; readonly message: string }[] | undefined;
}

const MOST_COMMITS = 100;

/** Compares two commits, branches or tags (permissions: contents: read). */
export async function compare(
  { request, repository }: GitHub,
  base: string,
  head: string,
): Promise<Comparison> {
  const found = await ifThere(() =>
    request('GET /repos/{owner}/{repo}/compare/{basehead}', {
      ...repository,
      basehead: `${base}...${head}`,
      per_page: MOST_COMMITS,
    }),
  );
  if (found === undefined) return { relation: 'unrelated', commits: [] };
  const { status, ahead_by: ahead, commits } = found.data;
  return {
    relation: status,
    commits:
      ahead > MOST_COMMITS
        ? undefined
        : commits.map(({ sha, commit }) => ({ sha, message: commit.message })),
  };
}

/** Whether a commit is part of a branch (or of whatever else `tip` names). */
export async function isReachable(github: GitHub, commit: string, tip: string): Promise<boolean> {
  const { relation } = await compare(github, commit, tip);
  return relation === 'identical' || relation === 'ahead';
}
