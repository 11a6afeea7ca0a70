import type { JournalEvent } from './journal/event.ts';
import type { Attempt } from './journal/progress.ts';

type Result =
  | 'rolled-back'
  | 'noop'
  | 'no-target'
  | 'superseded'
  | 'loop-guard'
  | 'locked'
  | 'frozen'
  | 'failed'
  | 'dry-run'
  | 'done';

/** What a strategy does in a plan, or did. */
export interface PlannedStep {
  readonly title: string;
  readonly step: string;
  readonly warnings: readonly string[];
}

/** A release that cannot be restored, with the reason as a clause: `never succeeded`. */
export interface SkippedRelease {
  readonly revision: string;
  /** The ledger entry or the snapshot. */
  readonly id: string;
  readonly reason: string;
}

/** The result of a mode, from which the report is made. Texts may be untrusted. */
export interface ModeResult {
  readonly result: Result;
  /** One sentence without the final period. */
  readonly message: string;
  /** What to do next; empty if there is nothing to do. */
  readonly remedy: string;
  /** Full SHA of the bad release; empty in modes without one. */
  readonly from: string;
  /** Full SHA of the release that runs now, or would run; empty if it is unknown. */
  readonly to: string;
  readonly entryId: string;
  readonly snapshotId: string;
  readonly steps: readonly PlannedStep[];
  readonly skipped: readonly SkippedRelease[];
  readonly attempts: readonly Attempt[];
  /** The journal, oldest event first. */
  readonly events: readonly JournalEvent[];
  /** Milliseconds from the start of the rollback to the verified restore. */
  readonly recoverMs: number | undefined;
  /** The URL of the incident issue. */
  readonly issueUrl: string;
  /** Rollbacks of this environment within the window of `max-rollbacks`. */
  readonly rollbacksInWindow: number;
}

const EMPTY: Omit<ModeResult, 'result' | 'message'> = {
  remedy: '',
  from: '',
  to: '',
  entryId: '',
  snapshotId: '',
  steps: [],
  skipped: [],
  attempts: [],
  events: [],
  recoverMs: undefined,
  issueUrl: '',
  rollbacksInWindow: 0,
};

export function createResult(
  given: Pick<ModeResult, 'result' | 'message'> & Partial<ModeResult>,
): ModeResult {
  return { ...EMPTY, ...given };
}
