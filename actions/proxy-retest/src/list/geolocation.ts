import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { ActionError } from '@repo/core/errors/action-error';

/** The location of an address, with the field names of a record. */
interface GeoLocation {
  readonly country?: string;
  readonly country_code?: string;
  readonly city?: string;
  readonly asn?: string;
}

export type Geolocate = (address: string) => GeoLocation;

/**
 * Loads MaxMind databases; for a field in several databases, the first one wins. Throws an ActionError
 * when a file is not a MaxMind database.
 */
export async function createGeolocator(
  paths: readonly string[],
  workspace: string,
): Promise<Geolocate | undefined> {
  if (paths.length === 0) return undefined;
  const { Reader } = await import('mmdb-lib');
  const readers = await Promise.all(
    paths.map(async (path) => {
      try {
        return new Reader(await readFile(resolve(workspace, path)));
      } catch (cause) {
        throw new ActionError(`cannot use the database ${path}`, {
          remedy: 'Set mmdb to the paths of MaxMind databases (.mmdb) in the workspace.',
          cause,
        });
      }
    }),
  );
  return (address) => {
    if (isIP(address) === 0) return {};
    // The first database is assigned last, and overwrites the others.
    return Object.assign(
      {},
      ...readers.map((reader) => readLocation(reader.get(address))).reverse(),
    );
  };
}

function readLocation(found: unknown): GeoLocation {
  const country = readText(found, 'country', 'names', 'en');
  const code = readText(found, 'country', 'iso_code');
  const city = readText(found, 'city', 'names', 'en');
  const number = readField(found, 'autonomous_system_number');
  return {
    ...(country !== undefined && { country }),
    ...(code !== undefined && { country_code: code }),
    ...(city !== undefined && { city }),
    ...(typeof number === 'number' && { asn: `AS${number}` }),
  };
}

function readText(found: unknown, ...path: readonly string[]): string | undefined {
  const value = path.reduce<unknown>((inner, name) => readField(inner, name), found);
  return typeof value === 'string' ? value : undefined;
}

function readField(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
