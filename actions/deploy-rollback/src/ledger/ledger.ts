/**
 * What is known of the releases of one environment: which were good, which are bad, which rollbacks
 * there were, and whether the environment is held. `ledger: local` keeps it in `state-dir`,
 * `ledger: github` in GitHub's deployments and their statuses.
 *
 * What is read back is untrusted, and held to a schema by who reads it. Everything that writes may
 * be repeated after a kill or a lost answer, and then leaves one entry, one mark.
 */
export interface Ledger {
  /** Where it is, for people: `the ledger in /srv/app/.rollback/production`. */
  readonly location: string;
  /** Whether nobody else writes into it: a release without an entry was never deployed. */
  readonly isOurs: boolean;
  /**
   * The latest entries, at least 20 if there are as many, and the hold.
   *
   * @param how `known`: as this process has read and written it last will do, because nothing hangs
   *   on what others do meanwhile
   * @throws ActionError where the ledger cannot be read
   */
  readonly history: (how?: 'known') => Promise<History>;
  /** A deploy begins: its release is `unfinished` until it is marked. */
  readonly open: (release: NewRelease) => Promise<Entry>;
  /** `good`: it reached success. `bad`: it is no candidate, whatever it reached before. */
  readonly mark: (entry: Entry, mark: Mark, reason: string) => Promise<void>;
  /** Writes down a rollback that has come to its end, and holds the environment where it says so. */
  readonly record: (rollback: RollbackRecord) => Promise<Entry>;
  /** Ends the hold. @param by who asked for it, for the record: `run 4711 of octocat` */
  readonly unfreeze: (by: string) => Promise<void>;
  /**
   * Whether a branch or tag has a revision in its history; absent where the ledger cannot tell,
   * and then the repository in the workspace is asked.
   */
  readonly isReachable?: (revision: string, ref: string) => Promise<boolean>;
  /**
   * What people should know before anything is touched, a sentence each: what rules of the
   * environment a rollback passes by. Absent where there are none.
   */
  readonly limits?: () => Promise<readonly string[]>;
}

export interface History {
  /** Newest first. */
  readonly entries: readonly Entry[];
  readonly hold: Hold | undefined;
}

export type Mark = 'good' | 'bad';

/** A deploy of a release, or a rollback to one. Texts are untrusted. */
export interface Entry {
  /** Names it in its ledger: the number of GitHub's deployment, or a name of the local one. */
  readonly id: string;
  /** GitHub's deployment, where the ledger is GitHub's. */
  readonly deploymentId: number | undefined;
  readonly kind: 'deploy' | 'rollback';
  /** Full SHA of what was deployed, of a rollback what it went back to; empty where not known. */
  readonly revision: string;
  /** Tells equal content under another SHA (a git tree); empty where not known. */
  readonly content: string;
  /** Epoch milliseconds. */
  readonly createdMs: number;
  readonly state: EntryState;
  /** Why it is `bad` or `failed`, as far as the ledger tells. */
  readonly reason: string;
  /** Of a rollback. */
  readonly rollback: { readonly rollbackId: string; readonly badRelease: string } | undefined;
}

/**
 * `unfinished`: nobody has said yet what became of it. `good`: it reached success once, and was not
 * marked bad later; GitHub's `inactive` changes nothing about that. `failed`: it ended without ever
 * reaching success. `bad`: marked so, after a success or without one.
 */
export type EntryState = 'unfinished' | 'good' | 'failed' | 'bad';

export interface NewRelease {
  /** The same for the same deploy: a repeated call finds its entry by it. */
  readonly key: string;
  /** Full SHA. */
  readonly revision: string;
  readonly content: string;
}

export interface RollbackRecord {
  /** The same after a kill: a repeated call finds its entry by it. */
  readonly rollbackId: string;
  /** Full SHA of the release that failed. */
  readonly badRelease: string;
  /** What runs now. */
  readonly to: { readonly revision: string; readonly content: string };
  readonly state: 'good' | 'failed';
  readonly reason: string;
  /** Whether the next deploys are held until somebody unfreezes. */
  readonly freeze: boolean;
}

/** The environment takes no deploys. */
export interface Hold {
  readonly reason: string;
  /** Epoch milliseconds. */
  readonly sinceMs: number;
}
