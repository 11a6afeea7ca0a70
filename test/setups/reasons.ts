import type { SetupName } from '@repo/testkit/setups/names';

/** Why an action has no test in a setup, by action. One sentence each. */
export const REASONS: Readonly<Record<string, Readonly<Partial<Record<SetupName, string>>>>> = {
  'health-check': {},
  'perf-regression': {},
  'docker-label-cleanup': {},
  'deploy-rollback': {},
  'proxy-retest': {},
  'guarded-deploy': {},
};
