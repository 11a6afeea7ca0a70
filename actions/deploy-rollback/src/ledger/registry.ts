import { runUrl } from '@repo/core/action/run-info';
import type { Lock } from '../lock/lock.ts';
import type { Ports } from '../strategies/strategy.ts';
import type { Ledger } from './ledger.ts';

/** The ledger and the lock of an environment are stored together. */
export interface Records {
  readonly ledger: Ledger;
  readonly lock: Lock;
}

export interface RecordsOptions {
  readonly environment: string;
  /** The state folder of this environment. */
  readonly stateDir: string;
  readonly ports: Ports;
}

export const LEDGERS = ['local', 'github'] as const;
export type LedgerName = (typeof LEDGERS)[number];

/** The values of `ledger`, loaded when they are used. */
export const RECORDS: Readonly<Record<LedgerName, (options: RecordsOptions) => Promise<Records>>> =
  {
    local: async ({ stateDir, ports }) => {
      const [{ createLocalLedger }, { createLocalLock }] = await Promise.all([
        import('./local-ledger.ts'),
        import('../lock/local-lock.ts'),
      ]);
      return {
        ledger: createLocalLedger(stateDir, ports.clock),
        lock: createLocalLock(stateDir, ports.clock),
      };
    },
    github: async ({ environment, ports }) => {
      const [{ createGitHubLedger }, { createGitHubLock }] = await Promise.all([
        import('./github-ledger.ts'),
        import('../lock/github-lock.ts'),
      ]);
      const { github, run, clock, variable } = ports;
      return {
        ledger: createGitHubLedger({
          github,
          environment,
          run,
          runUrl: runUrl(variable('GITHUB_SERVER_URL'), run),
        }),
        lock: createGitHubLock({ github, environment, sha: run.sha, clock }),
      };
    },
  };
