import type { ActionContext } from '@repo/core/action/context';
import type { Exec } from '@repo/core/process/exec';
import type { GitHub } from '@repo/github/github';

/**
 * Restores one part of a deployment: files, a database, a container, a branch. A strategy does not
 * depend on ledgers, locks, journals or other strategies.
 */
export interface Strategy {
  /** The key in the input: `files`, `sqlite`. */
  readonly name: string;
  /** The title for messages, from the options of the user: `sqlite ./storage/pastes.db`. */
  readonly title: string;
  /**
   * Saves the current state. Absent if the revision is enough to restore it (`git`, `workflow`).
   *
   * @param folder an empty folder for the part of this strategy, mode 0700
   * @returns data for {@link preflight} and {@link apply}; JSON, stored in the manifest with the
   *   checksums of all files in `folder`
   * @throws ActionError if the state cannot be saved completely
   */
  readonly capture?: (folder: string, ports: Ports) => Promise<Part>;
  /**
   * Checks whether `target` can be restored: the snapshot is intact, the destination exists, and disk
   * space and permissions are sufficient. Changes nothing.
   */
  readonly preflight: (target: Target, ports: Ports) => Promise<Preflight>;
  /**
   * Restores the target. A second run, also after a kill at any point, has the same result.
   *
   * @throws ActionError if the target cannot be restored
   */
  readonly apply: (target: Target, ports: Ports) => Promise<Applied>;
  /**
   * Removes what {@link capture} created outside of its folder, such as an image tag, when the snapshot
   * is removed. May run again after a kill.
   */
  readonly forget?: (snapshot: SnapshotPart, ports: Ports) => Promise<void>;
  /** Compares the current state with the target. Changes nothing. */
  readonly identify?: (target: Target, ports: Ports) => Promise<Identity>;
}

/** The release to restore. */
export interface Target {
  /** Full SHA of the release; empty for an unknown release before the first record. */
  readonly revision: string;
  /** Full SHA of the bad release. */
  readonly badRelease: string;
  /** The deployment of {@link revision}, with `ledger: github`. */
  readonly deploymentId: number | undefined;
  /** The id of this rollback, the same after a kill: lower-case letters, digits, hyphens. */
  readonly rollbackId: string;
  /** The part that {@link Strategy.capture} saved; absent without a snapshot. */
  readonly snapshot: SnapshotPart | undefined;
}

export interface SnapshotPart {
  readonly folder: string;
  /** The stored data of the strategy. It is untrusted until it matches a schema. */
  readonly part: unknown;
  /** Epoch milliseconds. */
  readonly takenMs: number;
}

/** The data of a strategy in the manifest; JSON. */
export type Part = Readonly<Record<string, unknown>>;

export type Preflight =
  | {
      readonly kind: 'ready';
      /** The step for the plan: `restores .env: 1 file (12KiB) from 2026-11-20T10:00:00.000Z`. */
      readonly step: string;
      /** Warnings for the user. They do not stop the rollback. */
      readonly warnings: readonly string[];
    }
  | {
      readonly kind: 'impossible';
      /** `the checksum of the archive differs`. */
      readonly problem: string;
      readonly remedy: string;
    };

export type ImpossiblePreflight = Extract<Preflight, { kind: 'impossible' }>;

export interface Applied {
  /** The result for the report: `main is now a1b2c3d, a commit with the content of e4f5a6b`. */
  readonly done: string;
}

/** Whether the current state is the target. */
export type Identity =
  | { readonly kind: 'same'; readonly found: string }
  | { readonly kind: 'other'; readonly found: string; readonly expected: string }
  | { readonly kind: 'unknown'; readonly reason: string };

/** The clients and functions that strategies use; fakes in tests. */
export interface Ports
  extends Pick<
    ActionContext,
    'clock' | 'log' | 'mask' | 'run' | 'signal' | 'variable' | 'workspace'
  > {
  readonly exec: Exec;
  /** Connects at the first call. */
  readonly github: () => Promise<GitHub>;
}
