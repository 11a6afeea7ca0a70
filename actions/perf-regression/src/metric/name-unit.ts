/** Endings of names that tell the unit, as in `average_latency_ms`, `sizeBytes`, `coveragePct`. */
const ENDINGS: ReadonlyMap<string, string> = new Map([
  ...['ns', 'us', 'ms', 'sec', 'secs', 'seconds', 'minutes', 'milliseconds'].map(same),
  ...['nanoseconds', 'microseconds', 'bytes', 'kb', 'mb', 'gb', 'kib', 'mib', 'gib'].map(same),
  ['pct', '%'],
  ['percent', '%'],
  ['percentage', '%'],
]);

/** The unit that the last word of a name tells; nothing where it tells none. */
export function unitOfName(name: string): string {
  const last =
    /(?:^|[^A-Za-z\d]|[a-z\d](?=[A-Z]))([A-Za-z]{2,12})$/.exec(name.slice(-40))?.[1] ?? '';
  return ENDINGS.get(last.toLowerCase()) ?? '';
}

function same(unit: string): [string, string] {
  return [unit, unit];
}
