import type { Octokit } from '@octokit/core';

/** A repository on GitHub; every call that fails throws a GitHubError, or why it was aborted. */
export interface GitHub {
  /** What the routes of a repository ask for. */
  readonly repository: { readonly owner: string; readonly repo: string };
  /** An Enterprise Server may not know what is new on github.com. */
  readonly isEnterpriseServer: boolean;
  /** A call of the REST API, typed by its route. */
  readonly request: Octokit['request'];
  readonly graphql: Octokit['graphql'];
  /** GitHub's own clock as its latest answer told it, ms since the epoch; ours before that. */
  readonly now: () => number;
}
