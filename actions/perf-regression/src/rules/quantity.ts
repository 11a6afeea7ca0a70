import { InvalidValue } from '@repo/core/errors/invalid-value';

/** An amount in its canonical unit: ns for times, B for sizes; `''` without a unit. */
export interface Quantity {
  readonly amount: number;
  readonly unit: string;
}

const UNITS: Readonly<Record<string, readonly [factor: number, unit: string]>> = {
  ns: [1, 'ns'],
  us: [1e3, 'ns'],
  µs: [1e3, 'ns'],
  μs: [1e3, 'ns'],
  ms: [1e6, 'ns'],
  s: [1e9, 'ns'],
  min: [6e10, 'ns'],
  h: [3.6e12, 'ns'],
  B: [1, 'B'],
  kB: [1e3, 'B'],
  KB: [1e3, 'B'],
  MB: [1e6, 'B'],
  GB: [1e9, 'B'],
  KiB: [2 ** 10, 'B'],
  MiB: [2 ** 20, 'B'],
  GiB: [2 ** 30, 'B'],
  pp: [1, '%'],
  '%': [1, '%'],
  '/s': [1, 'ops/s'],
  'ops/s': [1, 'ops/s'],
};
const REMEDY =
  'Use a number, with or without a unit: 10ns, 1.5ms, 60s, 512MB, 20MiB, 80%, 1000ops/s.';

/** `10ns`, `512MB`, `80%`, `42`. Throws {@link InvalidValue}. */
export function parseQuantity(given: string): Quantity {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?(?:e[+-]?\d+)?) ?([^\d\s]*)$/i.exec(given) ?? [];
  if (number === undefined) throw new InvalidValue('is not a valid amount', REMEDY);
  if (unit === '') return { amount: Number(number), unit };
  const canonical = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined;
  if (canonical === undefined) throw new InvalidValue('has an unknown unit', REMEDY);
  return { amount: Number(number) * canonical[0], unit: canonical[1] };
}
