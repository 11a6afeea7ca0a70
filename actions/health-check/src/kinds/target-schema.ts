import { InvalidValue } from '@repo/core/errors/invalid-value';
import * as v from 'valibot';
import type { Target } from './kind.ts';

/** A text that names something: with an empty one, which is easily come by, it would be something else. */
export const filled = v.pipe(
  v.string(),
  v.nonEmpty('is empty\nName it, or leave the key out: a variable that is not set is empty.'),
);

/**
 * The options of a kind, understood as a target. What `build` cannot take (it throws an
 * InvalidValue) is told without what was given: that may be a URL with a password in it.
 */
export function targetSchema<const Entries extends v.ObjectEntries>(
  entries: Entries,
  remedy: string,
  build: (options: v.InferOutput<v.StrictObjectSchema<Entries, string>>) => Target,
): v.GenericSchema<unknown, Target> {
  return v.pipe(
    v.strictObject(entries, remedy),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      try {
        return build(dataset.value);
      } catch (error) {
        if (!(error instanceof InvalidValue)) throw error;
        addIssue({ message: `${error.message}\n${error.remedy}` });
        return NEVER;
      }
    }),
  );
}
