import { type Preset, withContext, withVariables } from './preset.ts';

/** A pull request: GITHUB_SHA is the merge commit, the event has the head. */
export interface PullRequest {
  readonly number: number;
  /** `octo-org/octo-repo`, or the repository of the fork. */
  readonly headRepository: string;
  readonly headSha: string;
  readonly mergeSha: string;
  readonly baseSha: string;
  readonly headBranch?: string;
  /** Its labels at the time of the event. A re-run has the event of the first attempt. */
  readonly labels?: readonly string[];
}

const REPOSITORY = 'octo-org/octo-repo';

/** A run for a pull request of the same repository, or of a fork with {@link fork}. */
export function pullRequest(pull: PullRequest): Preset {
  const branch = pull.headBranch ?? 'change';
  return withContext({
    event_name: 'pull_request',
    ref: `refs/pull/${pull.number}/merge`,
    sha: pull.mergeSha,
    base_ref: 'main',
    head_ref: branch,
    event: {
      action: 'synchronize',
      number: pull.number,
      repository: { full_name: REPOSITORY, default_branch: 'main' },
      pull_request: {
        number: pull.number,
        labels: (pull.labels ?? []).map((name) => ({ name })),
        base: { ref: 'main', sha: pull.baseSha, repo: { full_name: REPOSITORY } },
        head: {
          ref: branch,
          sha: pull.headSha,
          repo: { full_name: pull.headRepository, fork: pull.headRepository !== REPOSITORY },
        },
      },
    },
  });
}

/** A pull request from a fork: secrets are empty, and the local GitHub must get read permissions. */
export function fork(pull: Omit<PullRequest, 'headRepository'>): Preset {
  return pullRequest({ ...pull, headRepository: 'stranger/octo-repo' });
}

/** A push to the default branch. */
export function push(sha: string, repository = REPOSITORY): Preset {
  return withContext({
    event_name: 'push',
    ref: 'refs/heads/main',
    sha,
    repository,
    event: { repository: { full_name: repository, default_branch: 'main' } },
  });
}

/** A scheduled run: the default branch and an event with nothing but the schedule. */
export function schedule(cron = '17 * * * *'): Preset {
  return withContext({
    event_name: 'schedule',
    ref: 'refs/heads/main',
    event: { schedule: cron, workflow: '.github/workflows/monitor.yml' },
  });
}

/** The second attempt of a run: the same run ID. */
export function rerun(attempt = 2): Preset {
  return withContext({ run_attempt: String(attempt) });
}

/** A job of a container: other paths, root, the home folder of the runner, no Docker client. */
export function container(): Preset {
  return withVariables({ HOME: '/github/home', PATH: '/usr/sbin:/usr/bin:/sbin:/bin' });
}
