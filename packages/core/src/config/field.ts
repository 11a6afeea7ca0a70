import { boolean, type GenericSchema, number, pipe, rawTransform, string, union } from 'valibot';
import { InvalidValue } from '../errors/invalid-value.ts';
import type { SyncParser } from '../inputs/parser.ts';

/**
 * A scalar of a configuration that the parser of an input reads, so that `5s` means the same in both.
 * The message of a problem has two lines: what is wrong, and how to fix it.
 */
export function field<T>(parser: SyncParser<T>): GenericSchema<string | number | boolean, T> {
  return pipe(
    union([string(), number(), boolean()], 'Write a single value here.'),
    rawTransform(({ dataset, addIssue, NEVER }) => {
      try {
        return parser.parse(String(dataset.value).trim());
      } catch (error) {
        if (!(error instanceof InvalidValue)) throw error;
        addIssue({ message: `${error.message}\n${error.remedy}` });
        return NEVER;
      }
    }),
  );
}
