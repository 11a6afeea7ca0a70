import { InvalidValue } from '@repo/core/errors/invalid-value';
import * as v from 'valibot';
import type { Target } from './kind.ts';

/** A required text. An unset variable in the workflow results in an empty one. */
export const nonEmptyText = v.pipe(
  v.string(),
  v.nonEmpty('is empty\nSet a value or remove the key. A variable that is not set is empty.'),
);

/**
 * Parses the options of a kind to a target. An InvalidValue thrown by `build` is reported without
 * the value, which can be a URL with a password.
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
