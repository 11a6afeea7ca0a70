import type { PassedOver } from './candidates.ts';
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

/** A step of the plan: what a strategy will do, or did. */
export interface PlannedStep {
  readonly title: string;
  readonly step: string;
  readonly warnings: readonly string[];
}

/** What a run found and did; the report is made of it. Texts may come from outside. */
export interface Finding {
  readonly result: Result;
  /** One sentence. */
  readonly message: string;
  /** What people can do now; empty where there is nothing to do. */
  readonly remedy: string;
  /** Full SHA of the release that failed; empty where the mode has none. */
  readonly from: string;
  /** Full SHA of what runs now or would; empty where nobody knows. */
  readonly to: string;
  readonly entryId: string;
  readonly snapshotId: string;
  readonly steps: readonly PlannedStep[];
  readonly passedOver: readonly PassedOver[];
  readonly attempts: readonly Attempt[];
  /** What the journal has, oldest first. */
  readonly events: readonly JournalEvent[];
  /** From the first line of the journal to the verified restore, ms. */
  readonly recoverMs: number | undefined;
  /** The page of the issue that tells of it. */
  readonly issue: string;
  /** Rollbacks of this environment that the ledger has, in the window of `max-rollbacks`. */
  readonly rollbacksInWindow: number;
}

const NOTHING: Omit<Finding, 'result' | 'message'> = {
  remedy: '',
  from: '',
  to: '',
  entryId: '',
  snapshotId: '',
  steps: [],
  passedOver: [],
  attempts: [],
  events: [],
  recoverMs: undefined,
  issue: '',
  rollbacksInWindow: 0,
};

export function finding(given: Pick<Finding, 'result' | 'message'> & Partial<Finding>): Finding {
  return { ...NOTHING, ...given };
}
