import { ActionError } from '@repo/core/errors/action-error';
import type { GitHub } from './github.ts';
import { githubTime } from './github-time.ts';
import { retryPlugin, SILENT_LOG } from './retry-plugin.ts';
import { type GitHubSettings, isEnterpriseServer } from './settings.ts';

/**
 * Loads octokit and connects to the repository. Requests wait for rate limits, with a maximum, and are
 * retried if that is safe. A POST with an unknown result is never retried; use `createOnce` for it.
 */
export async function connectGitHub(settings: GitHubSettings): Promise<GitHub> {
  const { token, apiUrl, repository } = settings;
  const [, owner, repo] = /^([^/]+)\/([^/]+)$/.exec(repository) ?? [];
  if (owner === undefined || repo === undefined) {
    throw new ActionError('the GitHub repository is unknown', {
      remedy: 'Run the action in a workflow, or set GITHUB_REPOSITORY to owner/name.',
    });
  }
  if (token === '') {
    throw new ActionError('github-token is missing', {
      remedy: 'Keep the default of github-token, or set it to a token.',
    });
  }
  const { getOctokit } = await import('@actions/github');
  const time = githubTime(settings.clock);
  const octokit = getOctokit(
    token,
    {
      baseUrl: apiUrl.replace(/\/+$/, ''),
      userAgent: 'self-healing-actions',
      log: SILENT_LOG,
    },
    retryPlugin(settings, time),
  );
  return {
    repository: { owner, repo },
    isEnterpriseServer: isEnterpriseServer(settings),
    rest: octokit.rest,
    paginate: octokit.paginate,
    graphql: octokit.graphql,
    now: time.now,
  };
}
