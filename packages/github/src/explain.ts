import { formatDuration } from '@repo/core/inputs/duration';
import { GitHubError } from './github-error.ts';
import { type Attempt, limitOf } from './patience.ts';
import { missingPermission } from './permissions.ts';

type FailedCall = Pick<Attempt, 'method' | 'status' | 'headers' | 'message'>;

/**
 * A call that failed for good, told with what to do about it.
 *
 * @param access what the caller means to do in the end
 */
export function explain(
  attempt: FailedCall,
  path: string,
  access: 'read' | 'write',
  now: number,
  cause: unknown,
): GitHubError {
  const { method, status, message } = attempt;
  const call = `${method} ${path}`;
  if (status === undefined) {
    return new GitHubError(`GitHub does not answer ${call}`, {
      status,
      remedy: 'Check that this runner reaches the API of GitHub (GITHUB_API_URL, HTTPS_PROXY).',
      cause,
    });
  }
  return new GitHubError(`GitHub answers ${call} with ${status}: ${message}`, {
    status,
    remedy: remedyFor(attempt, path, access, now),
  });
}

function remedyFor(
  attempt: FailedCall,
  path: string,
  access: 'read' | 'write',
  now: number,
): string {
  const { method, status = 0, headers, message } = attempt;
  const limit = limitOf(attempt, now);
  if (limit !== undefined) {
    return `That is a rate limit, over in ${formatDuration(limit)}; run less often, or give github-token one of a GitHub App.`;
  }
  const accepted = headers['x-accepted-github-permissions'];
  const isRead = access === 'read' && ['GET', 'HEAD'].includes(method);
  const needed = missingPermission(isRead ? 'read' : 'write', path, accepted?.toString());
  if (status === 401) return 'Give github-token a token that is valid; the default is one.';
  if (status === 403 && /not accessible/i.test(message) && needed !== undefined) {
    return `Give the job permissions: ${needed}.`;
  }
  if (status === 403) {
    return `Check what the token may do${needed === undefined ? '' : ` (${needed})`}, and the rules of the repository.`;
  }
  if (status === 404) {
    return `Check that it exists, and that the token may see it${needed === undefined ? '' : ` (permissions: ${needed})`}.`;
  }
  if (status >= 500) return 'See https://www.githubstatus.com, and try again later.';
  return 'Its answer says what it does not take.';
}
