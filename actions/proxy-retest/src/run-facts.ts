import type { Changes, Guard } from './changes.ts';
import type { Choice } from './choose.ts';
import type { Survey } from './survey.ts';

export type StopReason = 'done' | 'budget' | 'cancelled' | 'void';

/** What a run did, as facts. */
export interface RunFacts {
  readonly mode: 'retest' | 'plan' | 'merge';
  readonly found: Survey;
  readonly choice: Choice | undefined;
  readonly changes: Changes;
  /** How many findings come from a run before that was stopped. */
  readonly resumed: number;
  readonly guard: Guard | undefined;
  readonly changed: boolean;
  readonly stopReason: StopReason;
  readonly list: string;
  readonly state: string;
  readonly brokenState: number;
  /** What there is to say besides. */
  readonly notes: readonly string[];
  readonly durationMs: number;
}
