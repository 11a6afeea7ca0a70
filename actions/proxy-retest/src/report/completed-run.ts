import type { ActResult } from '../act.ts';
import type { Plan } from '../plan.ts';
import type { Survey } from '../survey.ts';
import type { Judgement, TestMode } from '../verdict.ts';

/** Everything that a run read, planned, did and judged. */
export interface CompletedRun {
  readonly mode: TestMode;
  readonly surveyed: Survey;
  /** `undefined` when the results of shards are merged. */
  readonly planned: Plan | undefined;
  readonly acted: ActResult;
  readonly judged: Judgement;
  readonly durationMs: number;
}

export function collectNotes(surveyed: Survey, acted: ActResult): readonly string[] {
  return [...surveyed.notes, ...acted.notes];
}
