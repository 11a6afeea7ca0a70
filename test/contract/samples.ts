import { fileURLToPath } from 'node:url';
import { closedPort } from '@repo/testkit/faults/unreachable';

/** Inputs for a complete run of each action with all outputs and a report. */
export const samples: Readonly<Record<string, () => Promise<Readonly<Record<string, string>>>>> = {
  'health-check': async () => ({
    url: `http://127.0.0.1:${await closedPort()}/`,
    'max-attempts': '1',
  }),
  'perf-regression': async () => ({
    results: fileURLToPath(new URL('../e2e/perf/go.txt', import.meta.url)),
    store: 'none',
  }),
  'docker-label-cleanup': async () => ({
    mode: 'setup',
    labels: 'environment=testing',
  }),
  'proxy-retest': async () => ({
    list: fileURLToPath(new URL('../e2e/proxy/proxies.txt', import.meta.url)),
    mode: 'plan',
  }),
  'deploy-rollback': async () => ({
    mode: 'check',
    ledger: 'local',
    'state-dir': 'state',
  }),
};
