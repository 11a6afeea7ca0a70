import { InvalidValue } from '../errors/invalid-value.ts';
import type { SyncParser } from './parser.ts';

/** A percentage as a fraction: `5%` is 0.05. `0` needs no sign. */
export function percentage({ max = 1 } = {}): SyncParser<number> {
  const remedy = `Write a percentage from 0% to ${Number((max * 100).toFixed(6))}%.`;
  return {
    parse: (given) => {
      if (/^0+$/.test(given)) return 0;
      const [, amount, sign] = /^(\d+(?:\.\d+)?) ?(%?)$/.exec(given) ?? [];
      if (amount === undefined) throw new InvalidValue('is not a percentage', remedy);
      if (sign === '') throw new InvalidValue('has no percent sign', remedy);
      const fraction = Number(amount) / 100;
      if (fraction > max) throw new InvalidValue('is out of range', remedy);
      return fraction;
    },
  };
}
