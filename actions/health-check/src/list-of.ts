import * as v from 'valibot';

/** A list of a configuration that may be written as its only item; nothing is an empty list. */
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
