import { formatDuration } from '@repo/core/inputs/duration';
import { GitHubError } from './github-error.ts';
import { type Attempt, getRateLimitMs } from './retry.ts';
import { type GitHubSettings, isEnterpriseServer } from './settings.ts';

type FailedCall = Pick<Attempt, 'method' | 'status' | 'headers' | 'message'>;

type Instance = Pick<GitHubSettings, 'access' | 'apiUrl'>;

/** Creates the error of a request that failed permanently, with a remedy. */
export function explain(
  attempt: FailedCall,
  path: string,
  instance: Instance,
  now: number,
  cause: unknown,
): GitHubError {
  const { method, status, message } = attempt;
  const call = `${method} ${path}`;
  if (status === undefined) {
    return new GitHubError(`GitHub did not respond to ${call}`, {
      status,
      remedy: `Check that the runner can reach the GitHub API (GITHUB_API_URL, HTTPS_PROXY)${isEnterpriseServer(instance) ? ' and trusts its certificate (NODE_EXTRA_CA_CERTS)' : ''}.`,
      cause,
    });
  }
  return new GitHubError(`GitHub responded to ${call} with ${status}: ${message}`, {
    status,
    remedy: remedyFor(attempt, path, instance, now),
  });
}

function remedyFor(attempt: FailedCall, path: string, instance: Instance, now: number): string {
  const { method, status = 0, headers, message } = attempt;
  const limit = getRateLimitMs(attempt, now);
  if (limit !== undefined) {
    return `This is a rate limit. It resets in ${formatDuration(limit)}. Run less often, or set github-token to the token of a GitHub App.`;
  }
  const accepted = headers['x-accepted-github-permissions'];
  const isRead = instance.access === 'read' && ['GET', 'HEAD'].includes(method);
  const needed = missingPermission(isRead ? 'read' : 'write', path, accepted?.toString());
  if (status === 401) return 'Set github-token to a valid token, or keep its default.';
  if (status === 403 && /not accessible/i.test(message) && needed !== undefined) {
    return `Give the job permissions: ${needed}.`;
  }
  if (status === 403) {
    return `Check the permissions of the token${needed === undefined ? '' : ` (${needed})`} and the rules of the repository.`;
  }
  if (status === 404) {
    const age = isEnterpriseServer(instance)
      ? ' An older GitHub Enterprise Server may not have this API.'
      : '';
    return `Check that it exists and that the token can read it${needed === undefined ? '' : ` (permissions: ${needed})`}.${age}`;
  }
  if (status >= 500) return 'See https://www.githubstatus.com and try again later.';
  return 'The response states the problem.';
}

/** The permission for a resource, by the start of its path below the repository. */
const NEEDED: readonly (readonly [RegExp, string])[] = [
  [/^\/(issues|labels)\b/, 'issues'],
  [/^\/pulls\b/, 'pull-requests'],
  [/^\/(actions|environments)\b/, 'actions'],
  [/^\/deployments\b/, 'deployments'],
  [/^\/(git|contents|branches|commits|compare|releases|merges)\b/, 'contents'],
  [/^\/(check-runs|check-suites)\b/, 'checks'],
  [/^\/statuses\b/, 'statuses'],
  [/^\/pages\b/, 'pages'],
];

/**
 * The permission that a rejected request needs, as in a workflow (`issues: write`).
 *
 * @param path the path of the request: `/repos/owner/repo/…`
 * @param accepted the header X-Accepted-GitHub-Permissions: `issues=write; pull_requests=write`
 */
export function missingPermission(
  access: 'read' | 'write',
  path: string,
  accepted: string | undefined,
): string | undefined {
  const [, name] = /^\s*([a-z_]+)=(?:read|write)\b/.exec(accepted ?? '') ?? [];
  const below = path.replace(/^\/(repos\/[^/]+\/[^/]+|repositories\/\d+)/, '');
  const needed = name?.replaceAll('_', '-') ?? NEEDED.find(([pattern]) => pattern.test(below))?.[1];
  return needed && `${needed}: ${access}`;
}
