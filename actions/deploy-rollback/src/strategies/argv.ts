import { InvalidValue } from '@repo/core/errors/invalid-value';
import { words } from '@repo/core/inputs/words';
import * as v from 'valibot';

export type Argv = readonly [string, ...string[]];

/** YAML reads the argument `5` as a number. */
const argument = v.pipe(v.union([v.string(), v.number(), v.boolean()]), v.transform(String));

/** A program and its arguments: a list, or a line that is split into words without a shell. */
export const argv = v.pipe(
  v.union([v.string(), v.array(argument)], 'Write [program, argument, …] or a line.'),
  v.rawTransform(({ dataset, addIssue, NEVER }): Argv => {
    try {
      if (typeof dataset.value === 'string') return words().parse(dataset.value);
      const [program = '', ...args] = dataset.value;
      if (program !== '') return [program, ...args];
      throw new InvalidValue('does not name a program', 'Write [program, argument, …].');
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error;
      addIssue({ message: `${error.message}\n${error.remedy}` });
      return NEVER;
    }
  }),
);
