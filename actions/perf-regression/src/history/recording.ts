import type { RunInfo } from '@repo/core/action/run-info';
import type { Judged } from '../compare/judged.ts';
import { keyOf } from '../compare/pairing.ts';
import type { TriggerEvent } from '../event.ts';
import type { ReadResult } from '../measurement.ts';
import { type BenchRecord, benchOf, type RunRecord, type SeriesName } from './record.ts';

/** What is to be remembered of a run. */
export interface Recording {
  readonly series: SeriesName;
  readonly results: ReadResult;
  readonly rows: readonly Judged[];
  readonly run: RunInfo;
  /** The head of the pull request, where it is one: the merge commit is gone tomorrow. */
  readonly sha: string;
  readonly now: number;
  readonly accepted: boolean;
}

/** A run as it is remembered: what regressed in it is no baseline, unless a label accepted it. */
export function recordOf({ series, results, rows, run, sha, now, accepted }: Recording): RunRecord {
  const regressed = new Set(
    rows
      .filter(({ state, method }) => state === 'fail' && method !== 'budget')
      .map((row) => keyOf(row)),
  );
  return {
    v: 1,
    ...series,
    sha,
    ref: run.ref,
    time: new Date(now).toISOString(),
    run: { id: run.runId, attempt: run.runAttempt, job: run.job },
    env: { ...results.environment, os: process.platform, arch: process.arch },
    status: regressed.size === 0 ? 'accepted' : accepted ? 'accepted-by-label' : 'regressed',
    benches: results.measurements.map(
      (measurement): BenchRecord => ({
        ...benchOf(measurement),
        ...(regressed.has(keyOf(measurement)) && { regressed: true as const }),
      }),
    ),
  };
}

/** `auto`: pushes to the default branch only, so that its history is one line of commits. */
export function shouldRecord(
  record: 'auto' | 'always' | 'never',
  { ref }: RunInfo,
  { pullRequest, defaultBranch }: TriggerEvent,
): boolean {
  if (record !== 'auto') return record === 'always';
  return pullRequest === undefined && defaultBranch !== '' && ref === `refs/heads/${defaultBranch}`;
}
