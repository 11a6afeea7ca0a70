import type { Kind } from '@repo/checks/kinds/kind';
import { oneKey } from '@repo/core/config/one-key';
import type { GenericSchema } from 'valibot';

const WORDS = {
  none: 'has no kind of check',
  several: 'has several kinds of check\nMake it one check for each.',
};

/**
 * Something that names its kind by a key, such as `http: {…}`: read by the schema of that kind,
 * refused when it has none or several.
 *
 * @param known the names of all kinds, loaded or not
 * @param loaded those that the text uses
 */
export function kindSchema<T>(
  known: readonly string[],
  loaded: ReadonlyMap<string, Kind>,
  schemaOf: (name: string, kind: Kind, item: object) => GenericSchema<unknown, T>,
): GenericSchema<unknown, T> {
  return oneKey(known, WORDS, (name, item) => {
    const kind = loaded.get(name);
    return kind && schemaOf(name, kind, item);
  });
}
