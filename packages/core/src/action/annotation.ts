/** A message that GitHub shows on the run and, if it names a file, in the diff. */
export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  readonly title: string;
  /** May contain untrusted text. */
  readonly message: string;
  readonly file?: string;
  readonly line?: number;
}

const LEVELS = ['error', 'warning', 'notice'] as const;

/**
 * Annotations of a step. GitHub keeps 10 of a level per step, and 50 per job. A step does not know the
 * other steps of its job, so five of them fit.
 */
export const MAX_ANNOTATIONS = 10;

/**
 * Limits annotations to the first `max`, most severe first. If there are more, the last one states how
 * many were left out, at the level of the most severe of them.
 */
export function limitAnnotations(
  annotations: readonly Annotation[],
  max: number,
): readonly Annotation[] {
  const sorted = LEVELS.flatMap((level) => annotations.filter((one) => one.level === level));
  if (sorted.length <= max) return sorted;
  if (max < 1) return [];
  const kept = sorted.slice(0, max - 1);
  const [first, ...others] = sorted.slice(kept.length);
  return [
    ...kept,
    {
      level: first?.level ?? 'notice',
      title: `and ${others.length + 1} more`,
      message: 'The job summary and the report list them all.',
    },
  ];
}
