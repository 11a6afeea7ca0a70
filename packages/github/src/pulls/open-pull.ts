import { createOnce } from '../create-once.ts';
import type { GitHub } from '../github.ts';
import { GitHubError } from '../github-error.ts';

export interface PullRequest {
  readonly number: number;
  /** Its web page. */
  readonly url: string;
  readonly state: 'open' | 'closed';
  readonly isMerged: boolean;
}

export interface NewPullRequest {
  readonly title: string;
  readonly body: string;
  /** Branches of this repository: the source and the target. */
  readonly head: string;
  readonly base: string;
}

/**
 * Opens a pull request once per branch (permissions: pull-requests: write, and the repository setting
 * that allows workflows to create pull requests).
 */
export async function openPullRequest(github: GitHub, pull: NewPullRequest): Promise<PullRequest> {
  const { rest, repository } = github;
  const create = async () => {
    const { data } = await rest.pulls.create({ ...repository, ...pull });
    return toPullRequest(data);
  };
  const find = () => findPullRequest(github, pull);
  try {
    return await createOnce(create, find);
  } catch (error) {
    const there =
      error instanceof GitHubError && error.status === 422 && /already exists/i.test(error.message)
        ? await find()
        : undefined;
    if (there === undefined) throw error;
    return there;
  }
}

/** The latest pull request between two branches, open or closed. */
export async function findPullRequest(
  { rest, repository }: GitHub,
  { head, base }: Pick<NewPullRequest, 'head' | 'base'>,
): Promise<PullRequest | undefined> {
  const { data } = await rest.pulls.list({
    ...repository,
    head: `${repository.owner}:${head}`,
    base,
    state: 'all',
    per_page: 1,
  });
  const [found] = data;
  return found && toPullRequest(found);
}

function toPullRequest(pull: {
  readonly number: number;
  readonly html_url: string;
  readonly state: string;
  readonly merged_at: string | null;
}): PullRequest {
  return {
    number: pull.number,
    url: pull.html_url,
    state: pull.state === 'open' ? 'open' : 'closed',
    isMerged: pull.merged_at !== null,
  };
}
