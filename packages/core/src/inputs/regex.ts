import { InvalidValue } from '../errors/invalid-value.ts';
import type { Parser } from './parser.ts';

/** A regular expression that takes time linear in the text, whoever wrote the text. */
export interface LinearRegex {
  readonly source: string;
  test(text: string): boolean;
}

/**
 * A regular expression in RE2 syntax. V8's own engine backtracks: `^(a+)+$` on 28 characters of a
 * stranger's body cost 19 s. Loaded when first used (about 90 KB).
 */
export function regex(): Parser<LinearRegex> {
  return {
    parse: async (given) => {
      const { RE2JS } = await import('@bufbuild/re2');
      try {
        const compiled = new RE2JS(given);
        return { source: given, test: (text) => compiled.test(text) };
      } catch (error) {
        throw new InvalidValue(
          `is not a regular expression (${(error as Error).message})`,
          'Write RE2 syntax; look-ahead, look-behind and back references are not part of it.',
        );
      }
    },
  };
}
