import type { ActionContext } from '@repo/core/action/context';
import type { Clock } from '@repo/core/process/clock';

/** Which GitHub, which repository there, and who asks. */
export interface GitHubSettings {
  readonly token: string;
  /** `https://api.github.com`, or `https://host/api/v3` of an Enterprise Server. */
  readonly apiUrl: string;
  /** `owner/name`. */
  readonly repository: string;
  /** What is meant in the end: a refused look says what the change after it will need as well. */
  readonly access: 'read' | 'write';
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** `HTTPS_PROXY` and its kin, by name; empty where there is none. */
  readonly proxy: Readonly<Record<string, string>>;
}

const PROXY_VARIABLES = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'].flatMap((name) => [
  name,
  name.toLowerCase(),
]);

/** The GitHub that runs this workflow, on github.com or an Enterprise Server. */
export function settingsOf(
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
