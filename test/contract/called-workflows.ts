/** How a reusable workflow differs from the inputs of its action. */
export interface CalledWorkflow {
  readonly action: string;
  /** The inputs of the action that the workflow does not take, by reason. */
  readonly excluded: Readonly<Record<string, readonly string[]>>;
  /** The inputs with another default than in the action, with the reason. */
  readonly defaults?: Readonly<Record<string, string>>;
  /** The `queue` of each concurrency group. */
  readonly queues: readonly string[];
}

const FIXED = {
  'uploaded as an artifact': ['report-file'],
  'the summary is the result of the workflow': ['summary'],
};

export const CALLED: Readonly<Record<string, CalledWorkflow>> = {
  'docker-sweep.yml': {
    action: 'docker-label-cleanup',
    excluded: {
      ...FIXED,
      'set by dry-run': ['mode'],
      'a sweep removes objects of all runs': ['owner'],
      'the job has no other steps': ['when'],
      'for other modes': ['plan-file', 'compose-files'],
    },
    defaults: {
      'fail-on': 'GitHub notifies about a failed scheduled run',
      'min-age': 'younger objects may belong to a running job',
    },
    queues: [],
  },
  'health-monitor.yml': {
    action: 'health-check',
    excluded: {
      ...FIXED,
      'a monitor runs its checks': ['dry-run'],
      'for jobs with further steps': ['report-junit', 'badge-file'],
    },
    defaults: {
      deadline: 'a monitor can wait longer than a deploy',
      'incident-issue': 'a monitor reports outages',
    },
    queues: ['single'],
  },
  'perf-compare.yml': {
    action: 'perf-regression',
    excluded: {
      ...FIXED,
      'set by the workflow': ['mode', 'baseline', 'report-html'],
      'mode: run has no history': [
        ...['store', 'history-branch', 'history-path', 'record', 'import', 'environment'],
      ],
      'requires checks: write of every caller': ['check'],
    },
    queues: [],
  },
  'perf-post.yml': {
    action: 'perf-regression',
    excluded: {
      ...FIXED,
      'set by the workflow': ['mode', 'results', 'report-html'],
      'decided in perf-compare.yml': [
        ...['accept-label', 'alpha', 'baseline', 'baseline-ref', 'budget', 'command', 'config'],
        ...['fail-threshold', 'format', 'metrics', 'min-samples', 'normalize', 'prepare', 'rounds'],
        ...['suite', 'warn-threshold'],
      ],
      'mode: post has no history': [
        ...['store', 'history-branch', 'history-path', 'record', 'import', 'environment'],
      ],
      'requires checks: write of every caller': ['check'],
    },
    queues: [],
  },
  'proxy-retest.yml': {
    action: 'proxy-retest',
    excluded: {
      ...FIXED,
      'set by the jobs': ['mode', 'results', 'shard'],
      'the history is committed with the list': ['state-store'],
      'commit: false changes nothing in the repository': ['dry-run'],
    },
    defaults: { commit: 'the workflow keeps a published list up to date' },
    queues: ['max'],
  },
  'rollback.yml': {
    action: 'deploy-rollback',
    excluded: {
      ...FIXED,
      'the protection rules of the environment apply': ['environments'],
      'for other modes': ['keep', 'job-status'],
    },
    defaults: {
      'bad-release': 'the commit of the run is not the running release',
      'fail-after-rollback': 'a requested rollback is a success',
      reason: 'the run has no failed deploy to name',
    },
    queues: ['max'],
  },
};
