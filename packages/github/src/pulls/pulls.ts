import type { GitHub } from '../github.ts';
import { PER_PAGE } from '../page-limit.ts';

/** A pull request. */
export interface Pull {
  readonly number: number;
  /** The latest commit of its head. */
  readonly headSha: string;
  /** `owner/name` of the repository of the head; empty if it was deleted. */
  readonly headRepository: string;
}

/**
 * The latest 100 open pull requests from a branch of a repository, which can be a fork (permissions:
 * pull-requests: read). GitHub's search by commit does not cover forks.
 *
 * @param repository `owner/name`
 */
export async function openPullsFrom(
  { rest, repository: here }: GitHub,
  repository: string,
  branch: string,
): Promise<readonly Pull[]> {
  const { data } = await rest.pulls.list({
    ...here,
    state: 'open',
    head: `${repository.split('/')[0]}:${branch}`,
    per_page: PER_PAGE,
  });
  // Several forks of one owner can have the same branch, and GitHub ignores an unreadable head.
  return data
    .map(({ number, head }) => ({
      number,
      headSha: head.sha,
      headRepository: head.repo?.full_name ?? '',
    }))
    .filter(({ headRepository }) => headRepository === repository);
}
