import * as v from 'valibot';

/**
 * An item of a list that says by its one key what it is, such as `- files: {…}`: read by the schema
 * of that key, so that mistakes are told of what was meant.
 *
 * @param known the keys that there are
 * @param what for messages: `strategy`
 * @param schemaOf of the whole item
 */
export function oneKey<T>(
  known: readonly string[],
  what: string,
  schemaOf: (key: string) => v.GenericSchema<unknown, T> | undefined,
): v.GenericSchema<unknown, T> {
  return v.lazy((data): v.GenericSchema<unknown, T> => {
    const [key, ...others] = keysOf(data, known);
    const schema = key === undefined ? undefined : schemaOf(key);
    if (schema === undefined) {
      return refuse(
        `is no ${what} that is known\nWrite one of ${known.join(', ')}, with its options.`,
      );
    }
    return others.length === 0
      ? schema
      : refuse(`has several of them in one\nWrite an item for each.`);
  });
}

/** The keys of an item that are known. */
export function keysOf(item: unknown, known: readonly string[]): readonly string[] {
  if (typeof item !== 'object' || item === null) return [];
  return known.filter((key) => Object.hasOwn(item, key));
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
