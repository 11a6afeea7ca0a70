import { PER_PAGE } from '../all-pages.ts';
import type { GitHub } from '../github.ts';

/** A pull request, as far as actions look at it. */
export interface Pull {
  readonly number: number;
  /** The latest commit of its head. */
  readonly headSha: string;
  /** `owner/name` of where the head is; empty where that is gone. */
  readonly headRepository: string;
}

/**
 * The open pull requests that come from a branch of a repository (the latest 100), also of a fork,
 * of whose commits GitHub does not tell (permissions: pull-requests: read).
 *
 * @param repository `owner/name`
 */
export async function openPullsFrom(
  { request, repository: here }: GitHub,
  repository: string,
  branch: string,
): Promise<readonly Pull[]> {
  const { data } = await request('GET /repos/{owner}/{repo}/pulls', {
    ...here,
    state: 'open',
    head: `${repository.split('/')[0]}:${branch}`,
    per_page: PER_PAGE,
  });
  // Several forks of one owner have the same branch, and GitHub ignores a head that it cannot read.
  return data
    .map(({ number, head }) => ({
      number,
      headSha: head.sha,
      headRepository: head.repo?.full_name ?? '',
    }))
    .filter(({ headRepository }) => headRepository === repository);
}
