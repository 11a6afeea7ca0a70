import type { Octokit } from '@octokit/core';
import { ActionError } from '@repo/core/errors/action-error';
import type { Clock } from '@repo/core/process/clock';
import { explain } from './explain-failure.ts';
import type { GitHub } from './github.ts';
import { GitHubError } from './github-error.ts';
import { type Attempt, getRetryDelayMs } from './retry.ts';
import type { GitHubSettings } from './settings.ts';

/** For one attempt of one request, ms. */
const TIMEOUT = 15_000;
/** Discards the log of octokit, because only the action's log may print. */
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/** The options that octokit passes to its hook. */
type Options = Required<Parameters<Octokit['request']['endpoint']['parse']>[0]>;
type Response = Pick<
  Awaited<ReturnType<Octokit['request']>>,
  'status' | 'headers' | 'data' | 'url'
>;
type Hook = (
  request: (options: Options) => Response | Promise<Response>,
  options: Options,
) => Promise<Response>;

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
  await useProxy(settings.proxy);
  const { Octokit } = await import('@octokit/core');
  const octokit = new Octokit({
    auth: token,
    baseUrl: apiUrl.replace(/\/+$/, ''),
    userAgent: 'self-healing-actions',
    // A redirect would change a POST to a GET, and could send the token to another host.
    request: { log: SILENT, redirect: 'manual' },
    log: SILENT,
  });
  const time = githubTime(settings.clock);
  octokit.hook.wrap('request', carefully(settings, time));
  return {
    repository: { owner, repo },
    isEnterpriseServer: /\/api\/v3\/?$/.test(apiUrl),
    request: octokit.request,
    graphql: octokit.graphql,
    now: time.now,
  };
}

/** Adds a timeout, safe retries and helpful errors to each request. */
function carefully({ access, clock, signal }: GitHubSettings, time: GitHubTime): Hook {
  return async (request, options) => {
    for (let attempts = 1; ; attempts++) {
      signal.throwIfAborted();
      const limit = AbortSignal.timeout(TIMEOUT);
      try {
        const response = await request({
          ...options,
          request: { ...options.request, signal: AbortSignal.any([signal, limit]) },
        });
        time.set(response.headers.date);
        const isMeant = options.request?.takesRedirect === true;
        if (response.status >= 300 && !isMeant) throw moved(options, response.status);
        return response;
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof GitHubError) throw error;
        const failed = failedAttempt(options, error, attempts);
        time.set(failed.headers.date);
        const pause = getRetryDelayMs(failed, time.now(), Math.random());
        if (pause === undefined)
          throw explain(failed, buildPath(options), access, time.now(), error);
        await clock.sleep(pause, signal);
      }
    }
  };
}

function failedAttempt(
  { method, url, ...options }: Options,
  error: unknown,
  attempts: number,
): Attempt {
  // Not `instanceof`, because octokit's error class is in another chunk.
  const { response } = error as { readonly response?: Response };
  const isQuery = url === '/graphql' && !/^\s*mutation\b/.test(String(options.query));
  return {
    method,
    isRead: isQuery,
    status: response?.status,
    headers: response?.headers ?? {},
    message: response === undefined ? '' : getMessage(response.data),
    attempts,
  };
}

/** GitHub's message, with the problem of each value. */
function getMessage(data: unknown): string {
  if (typeof data !== 'object' || data === null || !('message' in data)) return 'no reason given';
  const errors = 'errors' in data && Array.isArray(data.errors) ? data.errors : [];
  const details = errors.map((error) =>
    typeof error === 'string' ? error : (error?.message ?? JSON.stringify(error)),
  );
  return [String(data.message), ...details].join('; ');
}

/** The path of a request, with its parameters filled in. */
function buildPath({ url, ...options }: Options): string {
  return url.replace(/\{(\w+)\}/g, (_, name: string) => String(options[name]));
}

function moved(options: Options, status: number): GitHubError {
  const call = `${options.method} ${buildPath(options)}`;
  return new GitHubError(`GitHub responded to ${call} with ${status}: the resource has moved`, {
    status,
    remedy: 'Check GITHUB_API_URL and whether the repository was renamed or transferred.',
  });
}

interface GitHubTime {
  readonly now: () => number;
  /** @param date the date header of a response */
  readonly set: (date: string | number | undefined) => void;
}

/** GitHub's clock, for comparison with times from GitHub. */
function githubTime(clock: Clock): GitHubTime {
  let ahead = 0;
  return {
    now: () => clock.now() + ahead,
    set: (date) => {
      const told = Date.parse(String(date));
      if (!Number.isNaN(told)) ahead = told - clock.now();
    },
  };
}

/**
 * Sends requests of `fetch` through the proxy of the environment, which self-hosted runners need. Does
 * nothing without a proxy, or before Node 24.14. Checks use their own agents and are not affected.
 */
async function useProxy(variables: Readonly<Record<string, string>>): Promise<void> {
  if (Object.keys(variables).length === 0) return;
  const http: Partial<typeof import('node:http')> = await import('node:http');
  http.setGlobalProxyFromEnv?.(variables);
}
