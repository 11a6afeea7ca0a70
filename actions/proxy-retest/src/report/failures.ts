import type { Changes } from '../history/changes.ts';
import type { TestResult } from '../history/history.ts';

/** How many endpoints failed in the same way. */
export interface FailureCount {
  readonly phase: string;
  readonly kind: string;
  readonly count: number;
  /** The message of one of them. */
  readonly example: string;
}

/** Counts the failures by phase and kind, the most frequent first. */
export function countFailures(changes: Changes): readonly FailureCount[] {
  const counts = new Map<string, FailureCount>();
  for (const { result } of changes.values()) {
    const failure = toFailure(result);
    if (failure === undefined) continue;
    const key = `${failure.phase} ${failure.kind}`;
    const before = counts.get(key);
    counts.set(key, {
      ...failure,
      count: (before?.count ?? 0) + 1,
      example: before?.example ?? failure.example,
    });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count);
}

function toFailure(result: TestResult): Omit<FailureCount, 'count'> | undefined {
  switch (result.state) {
    case 'alive':
      return undefined;
    case 'failed':
      return { phase: result.phase, kind: result.kind, example: result.message };
    case 'skipped':
      return { phase: 'none', kind: result.kind, example: result.message };
    case 'inconclusive':
      return { phase: 'none', kind: 'inconclusive', example: result.message };
  }
}
