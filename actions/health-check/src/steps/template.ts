/** Captured values by name. */
export type CapturedValues = ReadonlyMap<string, string>;

const PLACEHOLDER = /\$\{([\w-]+)\}/g;

/** The names of the placeholders in the options of a step: `${link}`. */
export function listPlaceholders(options: unknown): readonly string[] {
  if (typeof options === 'string')
    return [...options.matchAll(PLACEHOLDER)].map(([, name]) => name ?? '');
  if (typeof options !== 'object' || options === null) return [];
  return Object.values(options).flatMap(listPlaceholders);
}

/** Replaces the placeholders in all text values; keys and other types stay unchanged. */
export function fillPlaceholders(options: unknown, captured: CapturedValues): unknown {
  if (typeof options === 'string') {
    return options.replace(PLACEHOLDER, (match, name: string) => captured.get(name) ?? match);
  }
  if (Array.isArray(options)) return options.map((one) => fillPlaceholders(one, captured));
  if (typeof options !== 'object' || options === null) return options;
  return Object.fromEntries(
    Object.entries(options).map(([key, value]) => [key, fillPlaceholders(value, captured)]),
  );
}

/** Resolves a relative URL, such as a `Location` header, against the URL of the previous step. */
export function resolveUrl(options: unknown, previous: string | undefined): unknown {
  const url = (options as { readonly url?: unknown } | null)?.url;
  if (typeof url !== 'string' || !URL.canParse(url, previous)) return options;
  return { ...(options as object), url: new URL(url, previous).href };
}
