import type { ActionContext } from '@repo/core/action/context';
import { exec } from '@repo/core/process/exec';
import { connectGitHub } from '@repo/github/connect';
import type { GitHub } from '@repo/github/github';
import { settingsOf } from '@repo/github/settings';
import type { Inputs } from './inputs.ts';
import { type Journals, journalsIn } from './journal/journal.ts';
import type { Ledger } from './ledger/ledger.ts';
import { type LedgerName, RECORDS } from './ledger/registry.ts';
import type { Lock } from './lock/lock.ts';
import { type Place, placeOf } from './place.ts';
import { type SnapshotStore, snapshotStore } from './snapshots/store.ts';
import type { Ports, Strategy } from './strategies/strategy.ts';

/** The environment of this run: what was asked for, and everything that knows or changes it. */
export interface World {
  readonly inputs: Inputs;
  readonly place: Place;
  readonly ports: Ports;
  readonly strategies: readonly Strategy[];
  readonly ledger: Ledger;
  readonly lock: Lock;
  readonly snapshots: SnapshotStore;
  readonly journals: Journals;
  readonly redact: ActionContext['redact'];
}

export async function worldOf(inputs: Inputs, context: ActionContext): Promise<World> {
  const ports = portsOf(inputs, context);
  const place = placeOf(inputs, ports);
  const snapshots = snapshotStore(place);
  for (const secret of inputs.verifyChecks.flatMap(({ secrets }) => secrets)) ports.mask(secret);
  return {
    inputs,
    place,
    ports,
    strategies: inputs.strategies,
    ...(await RECORDS[await ledgerOf(inputs, place)](place)),
    snapshots,
    journals: journalsIn(place.folder, ports.clock),
    redact: context.redact,
  };
}

function portsOf({ githubToken }: Inputs, context: ActionContext): Ports {
  const { clock, log, mask, run, signal, variable, workspace } = context;
  let connection: Promise<GitHub> | undefined;
  return {
    clock,
    log,
    mask,
    run,
    signal,
    variable,
    workspace,
    exec,
    github: () => {
      connection ??= connectGitHub(settingsOf(context, githubToken, 'write'));
      return connection;
    },
  };
}

/**
 * `auto`: local when everything that is brought back is kept on this machine, GitHub's otherwise.
 * Modes without strategies go where there is a ledger already.
 */
async function ledgerOf({ ledger, strategies }: Inputs, { folder }: Place): Promise<LedgerName> {
  if (ledger !== 'auto') return ledger;
  if (strategies.length > 0) {
    return strategies.every(({ capture }) => capture !== undefined) ? 'local' : 'github';
  }
  const { access } = await import('node:fs/promises');
  return access(`${folder}/ledger.jsonl`).then(
    () => 'local',
    () => 'github',
  );
}
