import type { GitHub } from '../github.ts';
import { GitHubError } from '../github-error.ts';

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
  try {
    const { data } = await request('GET /repos/{owner}/{repo}/compare/{basehead}', {
      ...repository,
      basehead: `${base}...${head}`,
      per_page: MOST_COMMITS,
    });
    return {
      relation: data.status,
      commits:
        data.ahead_by > MOST_COMMITS
          ? undefined
          : data.commits.map(({ sha, commit }) => ({ sha, message: commit.message })),
    };
  } catch (error) {
    if (error instanceof GitHubError && error.status === 404) {
      return { relation: 'unrelated', commits: [] };
    }
    throw error;
  }
}

/** Whether a commit is part of a branch (or of whatever else `tip` names). */
export async function isReachable(github: GitHub, commit: string, tip: string): Promise<boolean> {
  const { relation } = await compare(github, commit, tip);
  return relation === 'identical' || relation === 'ahead';
}
