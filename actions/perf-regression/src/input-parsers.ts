import { InvalidValue } from '@repo/core/errors/invalid-value';
import type { SyncParser } from '@repo/core/inputs/parser';
import type { Normalize } from './compare/settings.ts';

/** Values of `format` besides `auto`. Listed here so that reading the inputs loads no format. */
export const FORMAT_NAMES = [
  'go',
  'cargo',
  'criterion',
  'pytest',
  'googlebenchmark',
  'catch2',
  'jmh',
  'benchmarkdotnet',
  'hyperfine',
  'vitest',
  'tinybench',
  'benchmarkjs',
  'k6',
  'gungraun',
  'julia',
  'asv',
  'bmf',
  'custom',
  'json',
  'openmetrics',
  'size-limit',
  'lighthouse',
  'coverage',
  'luau',
] as const;

/** A glob of result files, and the label that is put before the names of its benchmarks. */
export interface ResultGlob {
  readonly label: string;
  readonly glob: string;
}

/** `bench/*.txt`, `linux=out/linux/*.json`. */
export function resultGlob(): SyncParser<ResultGlob> {
  return {
    parse: (given) => {
      const [, label = '', glob = ''] = /^(?:([\w.-]+)=)?(.+)$/.exec(given) ?? [];
      if (glob.includes('\0')) {
        throw new InvalidValue('is not a valid path', 'Use a glob such as bench/*.txt.');
      }
      return { label, glob };
    },
  };
}

/** A significance level: `0.05` or `5%`. */
export function significanceLevel(): SyncParser<number> {
  return {
    parse: (given) => {
      const [, amount, sign] = /^(\d*\.?\d+)(%?)$/.exec(given) ?? [];
      const value = Number(amount) / (sign === '%' ? 100 : 1);
      if (value > 0 && value < 0.5) return value;
      throw new InvalidValue(
        'is not a valid significance level',
        'Use a number between 0 and 0.5, such as 0.05.',
      );
    },
  };
}

/** `auto`, `off`, or `reference:<glob>`. */
export function normalize(): SyncParser<Normalize> {
  return {
    parse: (given) => {
      if (given === 'auto' || given === 'off') return { kind: given };
      const [, glob] = /^reference:\s*(\S.*)$/.exec(given) ?? [];
      if (glob !== undefined) return { kind: 'reference', glob };
      throw new InvalidValue('is not a valid value', 'Use auto, off or reference:<glob>.');
    },
  };
}

/** `auto`, or the number of rounds. */
export function rounds(): SyncParser<number | 'auto'> {
  return {
    parse: (given) => {
      if (given === 'auto') return given;
      const value = /^\d+$/.test(given) ? Number(given) : 0;
      if (value >= 1 && value <= 1000) return value;
      throw new InvalidValue(
        'is not a valid number of rounds',
        'Use auto, or a number from 1 to 1000.',
      );
    },
  };
}
