/** The environment variables. Only `runAction` reads them from the process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The run, from the variables of the runner; a field is empty if its variable is not set. */
export interface RunInfo {
  readonly repository: string;
  readonly workflow: string;
  readonly runId: string;
  readonly runAttempt: string;
  readonly job: string;
  readonly sha: string;
  readonly ref: string;
}

export function readRunInfo(env: Environment): RunInfo {
  return {
    repository: env.GITHUB_REPOSITORY ?? '',
    workflow: env.GITHUB_WORKFLOW ?? '',
    runId: env.GITHUB_RUN_ID ?? '',
    runAttempt: env.GITHUB_RUN_ATTEMPT ?? '',
    job: env.GITHUB_JOB ?? '',
    sha: env.GITHUB_SHA ?? '',
    ref: env.GITHUB_REF ?? '',
  };
}

/**
 * The page of a run on GitHub; empty outside of a run.
 *
 * @param serverUrl the value of GITHUB_SERVER_URL
 */
export function runUrl(
  serverUrl: string,
  { repository, runId }: Pick<RunInfo, 'repository' | 'runId'>,
): string {
  if (serverUrl === '' || repository === '' || runId === '') return '';
  return `${serverUrl}/${repository}/actions/runs/${runId}`;
}

/** Relative paths are relative to this folder. */
export function getWorkspace(env: Environment): string {
  return env.GITHUB_WORKSPACE || process.cwd();
}
