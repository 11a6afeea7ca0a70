import type { Changes } from '../changes.ts';
import type { Finding } from '../history/history.ts';

/** How many failed in one way. */
export interface FailureCount {
  readonly phase: string;
  readonly kind: string;
  readonly count: number;
  /** One of them, in words. */
  readonly example: string;
}

/** Why endpoints did not answer, the most frequent first. */
export function failuresOf(changes: Changes): readonly FailureCount[] {
  const counts = new Map<string, FailureCount>();
  for (const { finding } of changes.values()) {
    const place = placeOf(finding);
    if (place === undefined) continue;
    const key = `${place.phase} ${place.kind}`;
    const before = counts.get(key);
    counts.set(key, {
      ...place,
      count: (before?.count ?? 0) + 1,
      example: before?.example ?? place.example,
    });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count);
}

function placeOf(finding: Finding): Omit<FailureCount, 'count'> | undefined {
  switch (finding.state) {
    case 'alive':
      return undefined;
    case 'failed':
      return { phase: finding.phase, kind: finding.kind, example: finding.message };
    case 'skipped':
      return { phase: 'none', kind: finding.kind, example: finding.message };
    case 'void':
      return { phase: 'none', kind: 'void', example: finding.message };
  }
}
