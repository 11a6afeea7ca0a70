import type { Octokit } from '@octokit/core';

/** A repository on GitHub. A failed request throws a GitHubError, or the reason of the abort. */
export interface GitHub {
  /** The parameters of the routes of a repository. */
  readonly repository: { readonly owner: string; readonly repo: string };
  /** An Enterprise Server may lack new features of github.com. */
  readonly isEnterpriseServer: boolean;
  /** Sends a request to the REST API, typed by its route. */
  readonly request: Octokit['request'];
  readonly graphql: Octokit['graphql'];
  /** GitHub's clock, from its latest response, ms since the epoch. The local clock before that. */
  readonly now: () => number;
}
