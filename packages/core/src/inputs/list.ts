import { InvalidValue } from '../errors/invalid-value.ts';
import type { Parser } from './parser.ts';

/** Several values, one per line. Ignores blank lines. May be empty. */
export function list<T>(item: Parser<T>): Parser<readonly T[]> {
  return {
    parse: async (given) => {
      const values: T[] = [];
      const problems: string[] = [];
      const remedies = new Set<string>();
      for (const [index, line] of given.split(/\r?\n/).entries()) {
        const trimmed = line.trim();
        if (trimmed === '') continue;
        try {
          values.push(await item.parse(trimmed));
        } catch (error) {
          if (!(error instanceof InvalidValue)) throw error;
          problems.push(`${error.message} (line ${index + 1})`);
          remedies.add(error.remedy);
        }
      }
      if (problems.length > 0) throw new InvalidValue(problems.join('; '), [...remedies].join(' '));
      return values;
    },
    empty: () => [],
    ...(item.secrets && {
      secrets: (given: string) =>
        given
          .split(/\r?\n/)
          .map((line) => line.trim())
          .filter((line) => line !== '')
          .flatMap((line) => item.secrets?.(line) ?? []),
    }),
  };
}
