import type { ActionContext } from '@repo/core/action/context';
import type { Clock } from '@repo/core/process/clock';

/** The GitHub instance, the repository and the token. */
export interface GitHubSettings {
  readonly token: string;
  /** `https://api.github.com`, or `https://host/api/v3` for an Enterprise Server. */
  readonly apiUrl: string;
  /** `owner/name`. */
  readonly repository: string;
  /** What the caller needs in the end: a rejected read then states the permission for the write. */
  readonly access: 'read' | 'write';
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** `HTTPS_PROXY` and similar variables; empty if none is set. */
  readonly proxy: Readonly<Record<string, string>>;
}

const PROXY_VARIABLES = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'].flatMap((name) => [
  name,
  name.toLowerCase(),
]);

/** Settings for the GitHub instance that runs this workflow: github.com or an Enterprise Server. */
export function readSettings(
  { run, clock, signal, variable }: Pick<ActionContext, 'run' | 'clock' | 'signal' | 'variable'>,
  token: string,
  access: GitHubSettings['access'],
): GitHubSettings {
  return {
    token,
    apiUrl: variable('GITHUB_API_URL') || 'https://api.github.com',
    repository: run.repository,
    access,
    signal,
    clock,
    proxy: Object.fromEntries(
      PROXY_VARIABLES.map((name) => [name, variable(name)]).filter(([, value]) => value !== ''),
    ),
  };
}
