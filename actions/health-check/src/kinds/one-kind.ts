import * as v from 'valibot';
import type { Kind } from './kind.ts';

/**
 * Something that names its kind by a key, such as `http: {…}`: read by the schema of that kind,
 * refused when it has none or several.
 *
 * @param known the names of all kinds, loaded or not
 * @param loaded those that the text uses
 */
export function oneKind<T>(
  known: readonly string[],
  loaded: ReadonlyMap<string, Kind>,
  schemaOf: (name: string, kind: Kind, data: object) => v.GenericSchema<unknown, T>,
): v.GenericSchema<unknown, T> {
  return v.lazy((data): v.GenericSchema<unknown, T> => {
    const [name, ...others] = kindKeys(data, known);
    const kind = name === undefined ? undefined : loaded.get(name);
    if (name === undefined || kind === undefined) {
      return refuse(
        `has no kind of check that is known\nWrite one of ${known.join(', ')}, with its options.`,
      );
    }
    if (others.length > 0) {
      return refuse('has several kinds of check\nMake it one check for each.');
    }
    return schemaOf(name, kind, data as object);
  });
}

/** The keys of something that are names of kinds. */
export function kindKeys(data: unknown, known: readonly string[]): readonly string[] {
  if (typeof data !== 'object' || data === null) return [];
  return known.filter((name) => Object.hasOwn(data, name));
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
