import type { getOctokit } from '@actions/github';
import { formatDuration } from '@repo/core/inputs/duration';
import { explain } from './explain-failure.ts';
import { GitHubError } from './github-error.ts';
import type { GitHubTime } from './github-time.ts';
import { type Attempt, getRetryDelayMs, MAX_ATTEMPTS } from './retry.ts';
import type { GitHubSettings } from './settings.ts';

/** For one attempt of one request, ms. */
const TIMEOUT = 15_000;
/** Discards the log of octokit, because only the action's log may print. */
export const SILENT_LOG = { debug() {}, info() {}, warn() {}, error() {} };

type Octokit = ReturnType<typeof getOctokit>;
type Plugin = NonNullable<Parameters<typeof getOctokit>[2]>;
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

/** An Octokit plugin: adds a timeout, safe retries, helpful errors and debug lines to each request. */
export function retryPlugin(settings: GitHubSettings, time: GitHubTime): Plugin {
  return (octokit) => {
    octokit.hook.wrap('request', retry(settings, time));
  };
}

function retry(settings: GitHubSettings, time: GitHubTime): Hook {
  const { clock, signal, log } = settings;
  return async (request, options) => {
    const path = buildPath(options);
    for (let attempts = 1; ; attempts++) {
      signal.throwIfAborted();
      // Changed in place, because the hook that adds the token ignores a copy.
      options.request = {
        ...options.request,
        log: SILENT_LOG,
        // A redirect would change a POST to a GET, and could send the token to another host.
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]),
      };
      const start = clock.monotonic();
      const debug = (result: string | number) =>
        log.debug(
          `GitHub: ${options.method} ${path} → ${result} (${formatDuration(clock.monotonic() - start)})`,
        );
      try {
        const response = await request(options);
        debug(response.status);
        time.set(response.headers.date);
        const isMeant = options.request.takesRedirect === true;
        if (response.status >= 300 && !isMeant) throw moved(options.method, path, response.status);
        return response;
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof GitHubError) throw error;
        const failed = failedAttempt(options, error, attempts);
        debug(failed.status === undefined ? 'no response' : `${failed.status} ${failed.message}`);
        time.set(failed.headers.date);
        const pause = getRetryDelayMs(failed, time.now(), Math.random());
        if (pause === undefined) throw explain(failed, path, settings, time.now(), error);
        log.debug(`GitHub: attempt ${attempts + 1} of ${MAX_ATTEMPTS} in ${formatDuration(pause)}`);
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
function buildPath({ url, baseUrl, ...options }: Options): string {
  // octokit.paginate passes a complete URL with its query.
  const path = url.startsWith(baseUrl) ? url.slice(baseUrl.length).replace(/\?.*/s, '') : url;
  return path.replace(/\{(\w+)\}/g, (_, name: string) => String(options[name]));
}

function moved(method: string, path: string, status: number): GitHubError {
  return new GitHubError(
    `GitHub responded to ${method} ${path} with ${status}: the resource has moved`,
    {
      status,
      remedy: 'Check GITHUB_API_URL and whether the repository was renamed or transferred.',
    },
  );
}
