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
  'proxy-retest': {},
  'guarded-deploy': {},
};
