import type { Octokit } from '@octokit/core';
import { ActionError } from '@repo/core/errors/action-error';
import type { Clock } from '@repo/core/process/clock';
import { explain } from './explain.ts';
import type { GitHub } from './github.ts';
import { GitHubError } from './github-error.ts';
import { type Attempt, pauseBefore } from './patience.ts';
import { useProxy } from './proxy.ts';
import type { GitHubSettings } from './settings.ts';

/** One attempt of one call, ms. */
const TIMEOUT = 15_000;
/** What octokit has to say goes nowhere: nothing but our own log may print. */
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/** What octokit hands to its hook. */
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
 * Loads octokit and hands out the repository. Calls wait for rate limits within bounds, repeat what
 * may be repeated, and never a POST whose fate is not known (for those there is `createOnce`).
 */
export async function connectGitHub(settings: GitHubSettings): Promise<GitHub> {
  const { token, apiUrl, repository } = settings;
  const [, owner, repo] = /^([^/]+)\/([^/]+)$/.exec(repository) ?? [];
  if (owner === undefined || repo === undefined) {
    throw new ActionError('the repository on GitHub is not known', {
      remedy: 'Run within a workflow, or set GITHUB_REPOSITORY to owner/name.',
    });
  }
  if (token === '') {
    throw new ActionError('there is no token for GitHub', {
      remedy: 'Leave github-token at its default, or give it a token.',
    });
  }
  await useProxy(settings.proxy);
  const { Octokit } = await import('@octokit/core');
  const octokit = new Octokit({
    auth: token,
    baseUrl: apiUrl.replace(/\/+$/, ''),
    userAgent: 'self-healing-actions',
    // A redirect would turn a POST into a GET, and might take the token elsewhere.
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

/** Calls within their time, again where that can do no harm, and with errors that help. */
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
        const pause = pauseBefore(failed, time.now(), Math.random());
        if (pause === undefined) throw explain(failed, pathOf(options), access, time.now(), error);
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
  // It is asked for by its shape: octokit's class is in a chunk that is not loaded here.
  const { response } = error as { readonly response?: Response };
  const isQuery = url === '/graphql' && !/^\s*mutation\b/.test(String(options.query));
  return {
    method,
    isRead: isQuery,
    status: response?.status,
    headers: response?.headers ?? {},
    message: response === undefined ? '' : messageOf(response.data),
    attempts,
  };
}

/** What GitHub says: a sentence, and what is wrong with each value. */
function messageOf(data: unknown): string {
  if (typeof data !== 'object' || data === null || !('message' in data)) return 'no reason given';
  const errors = 'errors' in data && Array.isArray(data.errors) ? data.errors : [];
  const details = errors.map((error) =>
    typeof error === 'string' ? error : (error?.message ?? JSON.stringify(error)),
  );
  return [String(data.message), ...details].join('; ');
}

/** The path of a call, with the names filled in. */
function pathOf({ url, ...options }: Options): string {
  return url.replace(/\{(\w+)\}/g, (_, name: string) => String(options[name]));
}

function moved(options: Options, status: number): GitHubError {
  const call = `${options.method} ${pathOf(options)}`;
  return new GitHubError(`GitHub answers ${call} with ${status}: it has moved`, {
    status,
    remedy: 'Check GITHUB_API_URL, and whether the repository was renamed or transferred.',
  });
}

interface GitHubTime {
  readonly now: () => number;
  /** @param date of an answer */
  readonly set: (date: string | number | undefined) => void;
}

/** Time as GitHub tells it, so that it can be compared with what is written there. */
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
