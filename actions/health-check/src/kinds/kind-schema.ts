import type { Kind } from '@repo/checks/kinds/kind';
import { oneKey } from '@repo/core/config/one-key';
import type { GenericSchema } from 'valibot';

const MESSAGES = {
  none: 'has no kind of check',
  several: 'has several kinds of check\nWrite one check for each.',
};

/**
 * A schema for an object with its kind as a key, such as `http: {…}`. Exactly one kind is required.
 *
 * @param known the names of all kinds
 * @param loaded the kinds that the configuration uses
 */
export function kindSchema<T>(
  known: readonly string[],
  loaded: ReadonlyMap<string, Kind>,
  createSchema: (name: string, kind: Kind, item: object) => GenericSchema<unknown, T>,
): GenericSchema<unknown, T> {
  return oneKey(known, MESSAGES, (name, item) => {
    const kind = loaded.get(name);
    return kind && createSchema(name, kind, item);
  });
}
