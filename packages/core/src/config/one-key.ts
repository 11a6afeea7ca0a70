import * as v from 'valibot';

/** Keys of an item that a message repeats. */
const MOST_KEYS = 5;

/**
 * An item that says by one of its keys what it is, such as `files: {…}`: read by the schema of that
 * key, so that mistakes are told of what was meant.
 *
 * @param known the keys that there are
 * @param words what is said of an item without such a key (`names no strategy`) and of one with several
 * @param schemaOf of the whole item, which has that key; `undefined` for one that is not to be had
 */
export function oneKey<T>(
  known: readonly string[],
  words: { readonly none: string; readonly several: string },
  schemaOf: (key: string, item: object) => v.GenericSchema<unknown, T> | undefined,
): v.GenericSchema<unknown, T> {
  return v.lazy((item): v.GenericSchema<unknown, T> => {
    const [key, ...others] = keysOf(item, known);
    if (others.length > 0) return refuse(words.several);
    const schema = key === undefined ? undefined : schemaOf(key, item as object);
    const remedy = `Write one of ${known.join(', ')}, with its options.`;
    return schema ?? refuse(`${words.none}${among(item)}\n${remedy}`);
  });
}

/** The keys of an item that are known. */
export function keysOf(item: unknown, known: readonly string[]): readonly string[] {
  if (typeof item !== 'object' || item === null) return [];
  return known.filter((key) => Object.hasOwn(item, key));
}

/** What is there instead: the mistyped key is most often one of few. */
function among(item: unknown): string {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return '';
  const keys = Object.keys(item);
  const more = keys.length > MOST_KEYS ? ', …' : '';
  return keys.length === 0 ? '' : ` among its keys ${keys.slice(0, MOST_KEYS).join(', ')}${more}`;
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
