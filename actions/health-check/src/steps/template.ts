/** What was captured so far, by name. */
export type Captured = ReadonlyMap<string, string>;

const PLACE = /\$\{([\w-]+)\}/g;

/** The names that a step's options take from earlier steps: `${link}`. */
export function placesIn(options: unknown): readonly string[] {
  if (typeof options === 'string')
    return [...options.matchAll(PLACE)].map(([, name]) => name ?? '');
  if (typeof options !== 'object' || options === null) return [];
  return Object.values(options).flatMap(placesIn);
}

/** The options with what was captured in its places; keys and other types stay as they are. */
export function fill(options: unknown, captured: Captured): unknown {
  if (typeof options === 'string') {
    return options.replace(PLACE, (place, name: string) => captured.get(name) ?? place);
  }
  if (Array.isArray(options)) return options.map((one) => fill(one, captured));
  if (typeof options !== 'object' || options === null) return options;
  return Object.fromEntries(
    Object.entries(options).map(([key, value]) => [key, fill(value, captured)]),
  );
}

/** A `Location` may be relative: it is seen from the URL of the step before. */
export function absoluteUrl(options: unknown, before: string | undefined): unknown {
  const url = (options as { readonly url?: unknown } | null)?.url;
  if (typeof url !== 'string' || !URL.canParse(url, before)) return options;
  return { ...(options as object), url: new URL(url, before).href };
}
