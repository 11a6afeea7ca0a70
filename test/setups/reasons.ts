import type { SetupName } from '@repo/testkit/setups/names';

/** Why an action has no test in a setup, by action. One sentence each. */
export const REASONS: Readonly<Record<string, Readonly<Partial<Record<SetupName, string>>>>> = {
  'health-check': {},
  'perf-regression': {},
  'docker-label-cleanup': {
    'pull-request':
      'The action does not read the event, refs or commits; only the labels on the daemon decide.',
    'squash-merge': 'The action does not read commits.',
    'rebase-merge': 'The action does not read commits.',
    'merge-commit': 'The action does not read commits.',
    shallow: 'The action does not read the repository.',
  },
  'deploy-rollback': {},
  'guarded-deploy': {
    shallow:
      'The action does not read the history of the repository; the strategy git of deploy-rollback does.',
    container:
      'Its steps are bash and the bundles of health-check and deploy-rollback, and act runs no job containers.',
    ghes: 'A release for GitHub Enterprise Server names its actions in full; the API is used by deploy-rollback.',
    windows:
      'Its steps are bash and the bundles of health-check and deploy-rollback, which have this row, and act runs no Windows jobs.',
    paused: 'Only health-check reads the time to judge a release.',
    'plain-user': 'Only deploy-rollback writes files, as the user of the job.',
    'slow-disk': 'Only deploy-rollback reads and writes files of a release.',
    big: 'Only deploy-rollback reads and writes files of a release.',
  },
  'proxy-retest': {
    'slow-disk':
      'Files are read and written once, without a time limit; a slow disk only takes longer.',
  },
};
