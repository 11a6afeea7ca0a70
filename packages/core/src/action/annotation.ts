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
/** The runner keeps ten annotations of a level per step. */
const MAX_PER_LEVEL = 10;

/**
 * Limits annotations to those that the runner keeps: most severe first, at most ten of a level. If
 * there are more, the tenth states how many were dropped.
 */
export function limitAnnotations(annotations: readonly Annotation[]): readonly Annotation[] {
  return LEVELS.flatMap((level) => {
    const all = annotations.filter((annotation) => annotation.level === level);
    if (all.length <= MAX_PER_LEVEL) return all;
    const kept = all.slice(0, MAX_PER_LEVEL - 1);
    const more = all.length - kept.length;
    return [
      ...kept,
      {
        level,
        title: `and ${more} more`,
        message: 'The job summary and the report list them all.',
      },
    ];
  });
}
