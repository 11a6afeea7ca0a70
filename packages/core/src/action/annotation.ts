/** A message that GitHub shows beside the run and, with a file, in the diff. */
export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  readonly title: string;
  /** May hold text from outside. */
  readonly message: string;
  readonly file?: string;
  readonly line?: number;
}

const LEVELS = ['error', 'warning', 'notice'] as const;
/** The runner keeps ten of a level a step. */
const MOST_PER_LEVEL = 10;

/**
 * The annotations that the runner will keep: most severe first, at most ten of a level, the tenth
 * saying how many more there were.
 */
export function limitAnnotations(annotations: readonly Annotation[]): readonly Annotation[] {
  return LEVELS.flatMap((level) => {
    const all = annotations.filter((annotation) => annotation.level === level);
    if (all.length <= MOST_PER_LEVEL) return all;
    const kept = all.slice(0, MOST_PER_LEVEL - 1);
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
