import { InvalidValue } from '../errors/invalid-value.ts';
import type { Parser } from './parser.ts';

/** A regular expression that runs in linear time, also on untrusted text. */
export interface LinearRegex {
  readonly source: string;
  test(text: string): boolean;
}

/**
 * A regular expression in RE2 syntax. The engine of V8 backtracks: `^(a+)+$` takes 19 s for 28
 * characters. Loaded on first use (about 90 KB).
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
          'Use RE2 syntax, which has no look-ahead, look-behind or back references.',
        );
      }
    },
  };
}
