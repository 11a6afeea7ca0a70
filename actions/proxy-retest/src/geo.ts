import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { ActionError } from '@repo/core/errors/action-error';

/** Where an address is, as the fields of a record have it. */
interface Place {
  readonly country?: string;
  readonly country_code?: string;
  readonly city?: string;
  readonly asn?: string;
}

/** Asks the user's own databases. */
export type FindPlace = (address: string) => Place;

/**
 * Loads MaxMind databases; what several know, the first says. Throws an ActionError for a file that
 * is none.
 */
export async function placeFinder(
  paths: readonly string[],
  workspace: string,
): Promise<FindPlace | undefined> {
  if (paths.length === 0) return undefined;
  const { Reader } = await import('mmdb-lib');
  const readers = await Promise.all(
    paths.map(async (path) => {
      try {
        return new Reader(await readFile(resolve(workspace, path)));
      } catch (cause) {
        throw new ActionError(`cannot use the database ${path}`, {
          remedy: 'Give mmdb the paths of MaxMind databases (.mmdb) in the workspace.',
          cause,
        });
      }
    }),
  );
  return (address) => {
    if (isIP(address) === 0) return {};
    // What comes later in the list of databases is overwritten by what comes first.
    return Object.assign({}, ...readers.map((reader) => placeIn(reader.get(address))).reverse());
  };
}

function placeIn(found: unknown): Place {
  const country = textAt(found, 'country', 'names', 'en');
  const code = textAt(found, 'country', 'iso_code');
  const city = textAt(found, 'city', 'names', 'en');
  const number = at(found, 'autonomous_system_number');
  return {
    ...(country !== undefined && { country }),
    ...(code !== undefined && { country_code: code }),
    ...(city !== undefined && { city }),
    ...(typeof number === 'number' && { asn: `AS${number}` }),
  };
}

function textAt(found: unknown, ...path: readonly string[]): string | undefined {
  const value = path.reduce<unknown>((inner, name) => at(inner, name), found);
  return typeof value === 'string' ? value : undefined;
}

function at(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
