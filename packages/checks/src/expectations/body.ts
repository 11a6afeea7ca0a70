import type { Parser, SyncParser } from '@repo/core/inputs/parser';
import { regex } from '@repo/core/inputs/regex';
import { type Expectation, MET } from './expectation.ts';

/** The body contains a text. */
export function expectBody(): SyncParser<Expectation> {
  return {
    parse: (text) => ({
      source: `body contains ${text}`,
      reads: ['body'],
      judge: ({ body }) =>
        String(body).includes(text)
          ? MET
          : { met: false, found: `the body does not contain "${text}"` },
    }),
  };
}

/** A regular expression (RE2) matches anywhere in the body. */
export function expectBodyRegex(): Parser<Expectation> {
  return {
    parse: async (source) => {
      const pattern = await regex().parse(source);
      return {
        source: `body matches ${source}`,
        reads: ['body'],
        judge: ({ body }) =>
          pattern.test(String(body))
            ? MET
            : { met: false, found: `the body does not match ${source}` },
      };
    },
  };
}
