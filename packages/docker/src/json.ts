/** Read values from a response of the daemon; missing values and other types read as empty. */

/** Returns the value at a path of keys in plain data; `undefined` if the path does not exist. */
export function at(data: unknown, ...path: readonly string[]): unknown {
  let value = data;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return value;
}

export function textAt(data: unknown, ...path: readonly string[]): string {
  const value = at(data, ...path);
  return typeof value === 'string' ? value : '';
}

export function numberAt(data: unknown, ...path: readonly string[]): number | undefined {
  const value = at(data, ...path);
  return typeof value === 'number' ? value : undefined;
}

export function listAt(data: unknown, ...path: readonly string[]): readonly unknown[] {
  const value = at(data, ...path);
  return Array.isArray(value) ? value : [];
}

export function textsAt(data: unknown, ...path: readonly string[]): readonly string[] {
  return listAt(data, ...path).filter((item) => typeof item === 'string');
}

/** Returns the keys and values of an object, in order. */
export function entriesAt(
  data: unknown,
  ...path: readonly string[]
): readonly (readonly [string, unknown])[] {
  const value = at(data, ...path);
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

/** Labels by key. A map, because a key may be `__proto__`. */
export type Labels = ReadonlyMap<string, string>;

export function labelsAt(data: unknown, ...path: readonly string[]): Labels {
  return new Map(
    entriesAt(data, ...path).map(([key, value]) => [key, typeof value === 'string' ? value : '']),
  );
}

/**
 * Returns a time in epoch milliseconds, read from Go's RFC 3339 text (nanoseconds, any zone) or
 * from epoch seconds. Go's zero time (year 1) and invalid times are `undefined`.
 */
export function timeAt(data: unknown, ...path: readonly string[]): number | undefined {
  const value = at(data, ...path);
  if (typeof value === 'number') return value > 0 ? value * 1_000 : undefined;
  // Date.parse accepts at most three fractional digits.
  const ms =
    typeof value === 'string' ? Date.parse(value.replace(/(\.\d{3})\d+/, '$1')) : Number.NaN;
  return Number.isNaN(ms) || ms <= 0 ? undefined : ms;
}
