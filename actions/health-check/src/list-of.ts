import * as v from 'valibot';

/** A list in a configuration. A single item is accepted as a list; the default is an empty list. */
export function listOf<Item>(item: v.GenericSchema<unknown, Item>) {
  const only = v.pipe(
    item,
    v.transform((one) => [one]),
  );
  return v.optional(
    v.lazy(
      (data): v.GenericSchema<unknown, Item[]> => (Array.isArray(data) ? v.array(item) : only),
    ),
    [],
  );
}
