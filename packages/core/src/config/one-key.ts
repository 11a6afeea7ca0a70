import * as v from 'valibot';

/** Keys of an item that a message lists. */
const MAX_KEYS = 5;

/**
 * An item whose type is one of its keys, such as `files: {…}`. Validates it with the schema of that key,
 * so that problems refer to the intended type.
 *
 * @param known the valid keys
 * @param words the problem of an item without such a key (`names no strategy`), with several, and a hint for the former
 * @param getSchema the schema of the whole item with that key; `undefined` if it is not available
 */
export function oneKey<T>(
  known: readonly string[],
  words: { readonly none: string; readonly several: string; readonly hint?: string },
  getSchema: (key: string, item: object) => v.GenericSchema<unknown, T> | undefined,
): v.GenericSchema<unknown, T> {
  return v.lazy((item): v.GenericSchema<unknown, T> => {
    const [key, ...others] = findKnownKeys(item, known);
    if (others.length > 0) return refuse(words.several);
    const schema = key === undefined ? undefined : getSchema(key, item as object);
    const hint = words.hint === undefined ? '' : ` ${words.hint}`;
    const remedy = `Write one of ${known.join(', ')}, with its options.${hint}`;
    return schema ?? refuse(`${words.none}${among(item)}\n${remedy}`);
  });
}

/** The valid keys of an item. */
export function findKnownKeys(item: unknown, known: readonly string[]): readonly string[] {
  if (typeof item !== 'object' || item === null) return [];
  return known.filter((key) => Object.hasOwn(item, key));
}

/** Lists the keys of the item, because one of them is probably misspelled. */
function among(item: unknown): string {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return '';
  const keys = Object.keys(item);
  const more = keys.length > MAX_KEYS ? ', …' : '';
  return keys.length === 0 ? '' : ` among its keys ${keys.slice(0, MAX_KEYS).join(', ')}${more}`;
}

function refuse(message: string): v.GenericSchema<unknown, never> {
  return v.pipe(
    v.unknown(),
    v.rawTransform(({ addIssue, NEVER }) => {
      addIssue({ message });
      return NEVER;
    }),
  );
}
