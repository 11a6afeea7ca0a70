import type { getOctokit } from '@actions/github';

type Octokit = ReturnType<typeof getOctokit>;

/** A repository on GitHub. A failed request throws a GitHubError, or the reason of the abort. */
export interface GitHub {
  /** The parameters of the routes of a repository. */
  readonly repository: { readonly owner: string; readonly repo: string };
  /** An Enterprise Server may lack new features of github.com. */
  readonly isEnterpriseServer: boolean;
  /** The methods of the REST API. */
  readonly rest: Octokit['rest'];
  /** Reads a list page by page. */
  readonly paginate: Octokit['paginate'];
  readonly graphql: Octokit['graphql'];
  /** GitHub's clock, from its latest response, ms since the epoch. The local clock before that. */
  readonly now: () => number;
}
