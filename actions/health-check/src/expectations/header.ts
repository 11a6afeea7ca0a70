import { keyValue } from '@repo/core/inputs/key-value';
import { list } from '@repo/core/inputs/list';
import type { Parser } from '@repo/core/inputs/parser';
import { type Expectation, MET } from './expectation.ts';

/** `Name: text`, one a line: the header is there and its value holds the text. */
export function expectHeaders(): Parser<readonly Expectation[]> {
  const lines = list(keyValue(':'));
  return {
    parse: async (given) =>
      (await lines.parse(given)).map(([name, text]) => ({
        source: `header ${name}: ${text}`,
        reads: ['headers'],
        judge: ({ headers }) => {
          const value = (headers as Readonly<Record<string, string>>)[name.toLowerCase()];
          if (value === undefined) return { met: false, found: `there is no header ${name}` };
          return value.includes(text)
            ? MET
            : { met: false, found: `header ${name} is "${value}", without "${text}"` };
        },
      })),
    empty: () => [],
  };
}
