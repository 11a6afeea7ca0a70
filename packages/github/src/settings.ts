import type { ActionContext } from '@repo/core/action/context';
import type { Log } from '@repo/core/action/log';
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
  /** Logs each request. */
  readonly log: Pick<Log, 'debug'>;
}

/** An Enterprise Server may lack new features of github.com. */
export function isEnterpriseServer({ apiUrl }: Pick<GitHubSettings, 'apiUrl'>): boolean {
  return /\/api\/v3\/*$/.test(apiUrl);
}

/** Settings for the GitHub instance that runs this workflow: github.com or an Enterprise Server. */
export function readSettings(
  {
    run,
    clock,
    signal,
    log,
    variable,
  }: Pick<ActionContext, 'run' | 'clock' | 'signal' | 'log' | 'variable'>,
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
    log,
  };
}
