/** A parsed unit: a value in it times `factor` is a value in `unit`. */
export interface CanonicalUnit {
  /** `ns`, `B`, `B/s`, `ops/s`, `%`, `count`, `''`, or an unknown unit as written. */
  readonly unit: string;
  readonly factor: number;
  /** The quantity that the unit measures. */
  readonly quantity: 'time' | 'size' | 'rate' | 'share' | 'count' | 'other';
}

const NANOSECONDS = new Map<string, number>([
  ...named(1e-3, 'ps', 'picosecond'),
  ...named(1, 'ns', 'nanosecond', 'nsec'),
  // Unicode has two micro signs: U+00B5 and U+03BC.
  ...named(1e3, 'us', '\u00b5s', '\u03bcs', 'microsecond', 'usec'),
  ...named(1e6, 'ms', 'millisecond', 'msec'),
  ...named(1e9, 's', 'sec', 'second'),
  ...named(60e9, 'min', 'minute'),
  ...named(3600e9, 'h', 'hr', 'hour'),
]);

const BYTES = new Map<string, number>([
  ...named(1, 'b', 'byte'),
  ...named(1e3, 'kb', 'kilobyte'),
  ...named(1e6, 'mb', 'megabyte'),
  ...named(1e9, 'gb', 'gigabyte'),
  ...named(1e12, 'tb', 'terabyte'),
  ...named(2 ** 10, 'kib', 'kibibyte'),
  ...named(2 ** 20, 'mib', 'mebibyte'),
  ...named(2 ** 30, 'gib', 'gibibyte'),
  ...named(2 ** 40, 'tib', 'tebibyte'),
]);

const SCALES = new Map<string, number>([
  ['', 1],
  ['k', 1e3],
  ['kilo', 1e3],
  ['m', 1e6],
  ['mega', 1e6],
  ['g', 1e9],
  ['giga', 1e9],
]);

const OPERATIONS = new Set(['op', 'ops', 'operation', 'operations', 'iter', 'iters', 'iteration']);
const PER_OPERATION = new Set([...OPERATIONS, 'call', 'invocation', 'run']);
const PERCENT = new Set(['%', 'percent', 'pct', 'percentage']);
const COUNT = new Set(['count', 'counts', '#', 'none', 'allocs', 'allocations']);
const NO_UNIT = new Set(['', '-', '1', 'unitless', 'number']);

/**
 * Parses a unit: `us/iter`, `ops/ms`, `MB/s`, `KiB`, `Percent`, `Hz`. An unknown unit is not changed,
 * so `req/s` and `cycles` are only comparable with themselves.
 */
export function canonicalUnit(written: string): CanonicalUnit {
  const given = written.trim();
  const unit = given.toLowerCase();
  if (NO_UNIT.has(unit)) return { unit: '', factor: 1, quantity: 'other' };
  if (PERCENT.has(unit)) return { unit: '%', factor: 1, quantity: 'share' };
  if (COUNT.has(unit)) return { unit: 'count', factor: 1, quantity: 'count' };
  if (unit === 'hz') return { unit: 'ops/s', factor: 1, quantity: 'rate' };

  const [quantity = '', per, more] = unit.split(/ ?(?:\/| per ) ?/, 3);
  if (more !== undefined) return { unit: given, factor: 1, quantity: 'other' };
  if (per === undefined || PER_OPERATION.has(per)) {
    const time = NANOSECONDS.get(quantity);
    if (time !== undefined) return { unit: 'ns', factor: time, quantity: 'time' };
    const size = BYTES.get(quantity);
    if (size !== undefined) return { unit: 'B', factor: size, quantity: 'size' };
    if (COUNT.has(quantity)) return { unit: 'count', factor: 1, quantity: 'count' };
    return { unit: given, factor: 1, quantity: 'other' };
  }
  const time = NANOSECONDS.get(per);
  return time === undefined
    ? { unit: given, factor: 1, quantity: 'other' }
    : toRate(given, quantity, 1e9 / time);
}

/** `ops/ms`, `Mops/s`, `kB/s`, `req/s`. */
function toRate(given: string, counted: string, perSecond: number): CanonicalUnit {
  const size = BYTES.get(counted);
  if (size !== undefined) return { unit: 'B/s', factor: size * perSecond, quantity: 'rate' };
  const [, scale = '', of = ''] = /^(k|m|g|kilo|mega|giga)?([a-z]+)$/.exec(counted) ?? [];
  if (OPERATIONS.has(counted)) return { unit: 'ops/s', factor: perSecond, quantity: 'rate' };
  if (OPERATIONS.has(of)) {
    return { unit: 'ops/s', factor: (SCALES.get(scale) ?? 1) * perSecond, quantity: 'rate' };
  }
  return perSecond === 1 || counted === ''
    ? { unit: given, factor: 1, quantity: 'rate' }
    : { unit: `${given.slice(0, counted.length)}/s`, factor: perSecond, quantity: 'rate' };
}

function named(factor: number, ...names: readonly string[]): [string, number][] {
  return names.flatMap((name): [string, number][] => [
    [name, factor],
    [`${name}s`, factor],
  ]);
}
