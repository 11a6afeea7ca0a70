/**
 * The history of the releases of one environment: good and bad releases, rollbacks, and whether the
 * environment is frozen. `ledger: local` stores it in `state-dir`, `ledger: github` in deployments
 * and their statuses on GitHub.
 *
 * What is read back is untrusted and validated by a schema. Every write can be repeated after a kill
 * or a lost response, and leaves one entry and one mark.
 */
export interface Ledger {
  /** How messages name it: `the ledger /srv/app/.rollback/production/ledger.jsonl`. */
  readonly location: string;
  /** Whether only this action writes to it. If so, a release without an entry was never deployed. */
  readonly isExclusive: boolean;
  /**
   * The newest entries, at least 20 if there are as many, and the freeze.
   *
   * @param how `known` returns the state of the last read or write of this process, for uses that
   *   do not depend on other runs
   * @throws ActionError if the ledger cannot be read
   */
  readonly history: (how?: 'known') => Promise<LedgerHistory>;
  /** Records the start of a deploy. Its release is `unfinished` until it is marked. */
  readonly open: (deploy: NewDeploy) => Promise<LedgerEntry>;
  /** `good`: the deploy succeeded. `bad`: the release must not be restored. */
  readonly mark: (entry: LedgerEntry, mark: Mark, reason: string) => Promise<void>;
  /** Records a finished rollback, and freezes the environment with `freeze`. */
  readonly record: (rollback: RollbackRecord) => Promise<LedgerEntry>;
  /** Ends the freeze. @param by the origin, for the record: `run 4711 of octocat` */
  readonly unfreeze: (by: string) => Promise<void>;
  /**
   * Whether a revision is in the history of a branch or tag. Absent if the ledger does not know it;
   * then the repository in the workspace is used.
   */
  readonly isReachable?: (revision: string, ref: string) => Promise<boolean>;
  /** Rules of the environment that a rollback may skip, one sentence each. Absent without such rules. */
  readonly limits?: () => Promise<readonly string[]>;
}

export interface LedgerHistory {
  /** Newest first. */
  readonly entries: readonly LedgerEntry[];
  readonly freeze: EnvironmentFreeze | undefined;
}

export type Mark = 'good' | 'bad';

/** A deploy of a release, or a rollback to one. Texts are untrusted. */
export interface LedgerEntry {
  /** The number of the deployment on GitHub, or an id of the local ledger. */
  readonly id: string;
  /** The number of the deployment, in a ledger on GitHub. */
  readonly deploymentId: number | undefined;
  readonly kind: 'deploy' | 'rollback';
  /** Full SHA of the deployed or restored release; empty if it is unknown. */
  readonly revision: string;
  /** The git tree, by which equal content has the same hash; empty if it is unknown. */
  readonly tree: string;
  /** Epoch milliseconds. */
  readonly createdMs: number;
  readonly state: LedgerEntryState;
  /** Why it is `bad` or `failed`, if the ledger has a reason. */
  readonly reason: string;
  /** Only for a rollback. */
  readonly rollback: { readonly rollbackId: string; readonly badRelease: string } | undefined;
}

/**
 * `unfinished`: no result yet. `good`: it succeeded, and was not marked bad later; the state
 * `inactive` of GitHub does not change that. `failed`: it ended without a success. `bad`: it is
 * marked bad, after a success or without one.
 */
export type LedgerEntryState = 'unfinished' | 'good' | 'failed' | 'bad';

export interface NewDeploy {
  /** Identifies the deploy: a repeated call finds its entry by the key. */
  readonly key: string;
  /** Full SHA. */
  readonly revision: string;
  readonly tree: string;
}

export interface RollbackRecord {
  /** Identifies the rollback: a repeated call finds its entry by the id. */
  readonly rollbackId: string;
  /** Full SHA. */
  readonly badRelease: string;
  /** The release that runs now. */
  readonly to: { readonly revision: string; readonly tree: string };
  readonly state: 'good' | 'failed';
  readonly reason: string;
  /** Whether deploys are blocked until `mode: unfreeze`. */
  readonly freeze: boolean;
}

/** The environment accepts no deploys. */
export interface EnvironmentFreeze {
  readonly reason: string;
  /** Epoch milliseconds. */
  readonly sinceMs: number;
}
