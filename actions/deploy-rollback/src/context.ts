import { join } from 'node:path';
import type { ActionContext } from '@repo/core/action/context';
import { traceExec } from '@repo/core/action/trace-exec';
import { exec } from '@repo/core/process/exec';
import { connectGitHub } from '@repo/github/connect';
import type { GitHub } from '@repo/github/github';
import { readSettings } from '@repo/github/settings';
import type { Inputs } from './inputs.ts';
import { createJournals, type Journals } from './journal/journal.ts';
import type { Ledger } from './ledger/ledger.ts';
import { type LedgerName, RECORDS } from './ledger/registry.ts';
import type { Lock } from './lock/lock.ts';
import { createSnapshotStore, type SnapshotStore } from './snapshots/store.ts';
import { getStateDir } from './state/state-dir.ts';
import type { Ports, Strategy } from './strategies/strategy.ts';

/** What a run works with: its inputs, its clients and the state of its environment. */
export interface Context {
  readonly inputs: Inputs;
  /** The folder of this environment within `state-dir`. It may not exist yet. */
  readonly stateDir: string;
  readonly ports: Ports;
  readonly strategies: readonly Strategy[];
  readonly ledger: Ledger;
  readonly lock: Lock;
  readonly snapshots: SnapshotStore;
  readonly journals: Journals;
  readonly redact: ActionContext['redact'];
}

export async function createContext(
  inputs: Inputs,
  actionContext: ActionContext,
): Promise<Context> {
  const { environment, strategies, verifyChecks } = inputs;
  const ports = createPorts(inputs, actionContext);
  const stateDir = getStateDir(inputs.stateDir, environment, ports.workspace);
  for (const secret of verifyChecks.flatMap(({ secrets }) => secrets)) ports.mask(secret);
  const createRecords = RECORDS[await selectLedger(inputs, stateDir)];
  const { ledger, lock } = await createRecords({ environment, stateDir, ports });
  return {
    inputs,
    stateDir,
    ports,
    strategies,
    ledger,
    lock,
    snapshots: createSnapshotStore({ environment, stateDir, ports }),
    journals: createJournals(stateDir, ports.clock),
    redact: actionContext.redact,
  };
}

function createPorts({ githubToken }: Inputs, actionContext: ActionContext): Ports {
  const { clock, log, mask, run, signal, variable, workspace } = actionContext;
  let connection: Promise<GitHub> | undefined;
  return {
    clock,
    log,
    mask,
    run,
    signal,
    variable,
    workspace,
    exec: traceExec(exec, log.debug),
    github: () => {
      connection ??= connectGitHub(readSettings(actionContext, githubToken, 'write'));
      return connection;
    },
  };
}

/**
 * `auto` selects the local ledger if every strategy stores its data on this machine, and GitHub
 * otherwise. Modes without strategies use the ledger that exists.
 */
async function selectLedger(
  { ledger, strategies }: Pick<Inputs, 'ledger' | 'strategies'>,
  stateDir: string,
): Promise<LedgerName> {
  if (ledger !== 'auto') return ledger;
  if (strategies.length > 0) {
    return strategies.every(({ capture }) => capture !== undefined) ? 'local' : 'github';
  }
  const { access } = await import('node:fs/promises');
  return access(join(stateDir, 'ledger.jsonl')).then(
    () => 'local',
    () => 'github',
  );
}
