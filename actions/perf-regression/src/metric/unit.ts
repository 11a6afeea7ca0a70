/** A unit as a tool writes it, understood: a number of it times `factor` is a number of `unit`. */
export interface CanonicalUnit {
  /** `ns`, `B`, `B/s`, `ops/s`, `%`, `count`, `''`, or the unit as written where it is none. */
  readonly unit: string;
  readonly factor: number;
  /** Which sort of metric has such a unit, where that can be told. */
  readonly quantity: 'time' | 'size' | 'rate' | 'share' | 'count' | 'other';
}

const NANOSECONDS = new Map<string, number>([
  ...named(1e-3, 'ps', 'picosecond'),
  ...named(1, 'ns', 'nanosecond', 'nsec'),
  // Both signs for micro exist: U+00B5 and U+03BC.
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
 * Understands a unit: `us/iter`, `ops/ms`, `MB/s`, `KiB`, `Percent`, `Hz`. What is not known stays as it is
 * written, so that `req/s` and `cycles` compare with themselves only.
 */
export function canonicalUnit(written: string): CanonicalUnit {
  const given = written.trim();
  const unit = given.toLowerCase();
  if (NO_UNIT.has(unit)) return { unit: '', factor: 1, quantity: 'other' };
  if (PERCENT.has(unit)) return { unit: '%', factor: 1, quantity: 'share' };
  if (COUNT.has(unit)) return { unit: 'count', factor: 1, quantity: 'count' };
  if (unit === 'hz') return { unit: 'ops/s', factor: 1, quantity: 'rate' };

  const [whole = '', per, more] = unit.split(/ ?(?:\/| per ) ?/, 3);
  if (more !== undefined) return { unit: given, factor: 1, quantity: 'other' };
  if (per === undefined || PER_OPERATION.has(per)) {
    const time = NANOSECONDS.get(whole);
    if (time !== undefined) return { unit: 'ns', factor: time, quantity: 'time' };
    const size = BYTES.get(whole);
    if (size !== undefined) return { unit: 'B', factor: size, quantity: 'size' };
    if (COUNT.has(whole)) return { unit: 'count', factor: 1, quantity: 'count' };
    return { unit: given, factor: 1, quantity: 'other' };
  }
  const time = NANOSECONDS.get(per);
  return time === undefined
    ? { unit: given, factor: 1, quantity: 'other' }
    : rate(given, whole, 1e9 / time);
}

/** `ops/ms`, `Mops/s`, `kB/s`, `req/s`: so many of `what` in a second. */
function rate(given: string, what: string, perSecond: number): CanonicalUnit {
  const size = BYTES.get(what);
  if (size !== undefined) return { unit: 'B/s', factor: size * perSecond, quantity: 'rate' };
  const [, scale = '', of = ''] = /^(k|m|g|kilo|mega|giga)?([a-z]+)$/.exec(what) ?? [];
  if (OPERATIONS.has(what)) return { unit: 'ops/s', factor: perSecond, quantity: 'rate' };
  if (OPERATIONS.has(of)) {
    return { unit: 'ops/s', factor: (SCALES.get(scale) ?? 1) * perSecond, quantity: 'rate' };
  }
  return perSecond === 1 || what === ''
    ? { unit: given, factor: 1, quantity: 'rate' }
    : { unit: `${given.slice(0, what.length)}/s`, factor: perSecond, quantity: 'rate' };
}

function named(factor: number, ...names: readonly string[]): [string, number][] {
  return names.flatMap((name): [string, number][] => [
    [name, factor],
    [`${name}s`, factor],
  ]);
}
