import { keyValue } from '@repo/core/inputs/key-value';
import { list } from '@repo/core/inputs/list';
import type { Parser } from '@repo/core/inputs/parser';
import { plain } from '@repo/core/text/untrusted';
import { type Expectation, MET } from './expectation.ts';

/** `Name: text`, one per line: the header is present and its value contains the text. */
export function expectHeaders(): Parser<readonly Expectation[]> {
  const lines = list(keyValue(':'));
  return {
    parse: async (given) =>
      (await lines.parse(given)).map(([name, text]) => ({
        source: `header ${name}: ${text}`,
        reads: ['headers'],
        judge: ({ headers }) => {
          const value = getHeader(headers, name);
          if (value === undefined) return { met: false, found: `header ${name} is missing` };
          return value.includes(text)
            ? MET
            : {
                met: false,
                found: `header ${name} is "${plain(value, 80)}", which does not contain "${text}"`,
              };
        },
      })),
    empty: () => [],
  };
}

/** The value of a header in the facts, which have lower-case header names. */
export function getHeader(headers: unknown, name: string): string | undefined {
  const key = name.toLowerCase();
  const all = headers as Readonly<Record<string, string>>;
  return Object.hasOwn(all, key) ? all[key] : undefined;
}
