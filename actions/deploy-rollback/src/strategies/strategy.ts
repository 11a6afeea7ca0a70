import type { ActionContext } from '@repo/core/action/context';
import type { Exec } from '@repo/core/process/exec';
import type { GitHub } from '@repo/github/github';

/**
 * One way of keeping and bringing back a part of what is deployed: files, a database, a container,
 * a branch. A strategy knows nothing of ledgers, locks, journals and other strategies.
 */
export interface Strategy {
  /** As the input has it: `files`, `sqlite`. */
  readonly name: string;
  /** For people, of what the user wrote: `sqlite ./storage/pastes.db`. */
  readonly title: string;
  /**
   * Keeps what is there now. Absent where nothing has to be kept, because the revision alone is
   * enough to bring it back (`git`, `workflow`).
   *
   * @param folder empty, for this strategy's part of the snapshot alone, mode 0700
   * @returns what {@link preflight} and {@link apply} need to know besides; JSON, kept in the
   *   snapshot's manifest together with the checksums of all files in `folder`
   * @throws ActionError where it cannot be kept as a whole
   */
  readonly capture?: (folder: string, ports: Ports) => Promise<Part>;
  /**
   * Proves, changing nothing, that `target` can be brought back here and now: what was kept is
   * intact, what it goes to is there, there is room, and who runs this may.
   */
  readonly preflight: (target: Target, ports: Ports) => Promise<Preflight>;
  /**
   * Brings it back. Carried out again after a kill at any point, it ends in the same state.
   *
   * @throws ActionError where that could not be done
   */
  readonly apply: (target: Target, ports: Ports) => Promise<Applied>;
  /**
   * Gives up what {@link capture} keeps outside of its folder (a tag that holds an image), when the
   * snapshot is removed. Repeated after a kill; absent where there is nothing of that kind.
   */
  readonly forget?: (kept: SnapshotPart, ports: Ports) => Promise<void>;
  /** What is there now, as far as this strategy can tell. Changes nothing. */
  readonly identify?: (target: Target, ports: Ports) => Promise<Identity>;
}

/** What is to be brought back. */
export interface Target {
  /** Full SHA of the release; empty where what ran before the first record is not known. */
  readonly revision: string;
  /** Full SHA of the release that failed. */
  readonly badRelease: string;
  /** GitHub's deployment of {@link revision}, where the ledger is GitHub's. */
  readonly deploymentId: number | undefined;
  /** Names this rollback, the same after a kill: lower-case letters, digits, hyphens. */
  readonly rollbackId: string;
  /** What {@link Strategy.capture} kept; absent without a snapshot of it. */
  readonly kept: SnapshotPart | undefined;
}

export interface SnapshotPart {
  readonly folder: string;
  /** As it was read back: untrusted, to be held to a schema. */
  readonly part: unknown;
  /** Epoch milliseconds. */
  readonly takenMs: number;
}

/** What a strategy wants to know again later; JSON. */
export type Part = Readonly<Record<string, unknown>>;

export type Preflight =
  | {
      readonly kind: 'ready';
      /** What it will do, for the plan: `puts back 3 files (12 KiB) of 2026-11-20 10:00`. */
      readonly step: string;
      /** What people should know before it is done; it stops nothing. */
      readonly warnings: readonly string[];
    }
  | {
      readonly kind: 'impossible';
      /** `the archive files.tar is not what was kept: its checksum differs`. */
      readonly problem: string;
      readonly remedy: string;
    };

export interface Applied {
  /** What was done, for the report: `main is a1b2c3d now, a commit with the tree of e4f5a6b`. */
  readonly done: string;
}

/** Whether what is there now is what was to be brought back. */
export type Identity =
  | { readonly kind: 'same'; readonly found: string }
  | { readonly kind: 'other'; readonly found: string; readonly expected: string }
  /** It could not be told, which is never "same". */
  | { readonly kind: 'unknown'; readonly why: string };

/** The clients and functions that strategies use; fakes in tests. */
export interface Ports
  extends Pick<
    ActionContext,
    'clock' | 'log' | 'mask' | 'run' | 'signal' | 'variable' | 'workspace'
  > {
  readonly exec: Exec;
  /** Connects when first asked. */
  readonly github: () => Promise<GitHub>;
}
