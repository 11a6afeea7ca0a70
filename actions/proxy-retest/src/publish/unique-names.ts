import { plain } from '@repo/core/text/untrusted';
import type { NamedEndpoint } from '../share-link/named-endpoint.ts';

/** The text of an extra file. */
export interface Rendered {
  readonly text: string;
  /** The number of endpoints that the format does not support. */
  readonly skipped: number;
}

/**
 * A unique single-line name for each endpoint: programs keep only one of two endpoints that have the
 * same name.
 *
 * @param reserved names that the file itself uses
 */
export function createUniqueNames(
  endpoints: readonly NamedEndpoint[],
  ...reserved: readonly string[]
): readonly string[] {
  const used = new Set(reserved);
  return endpoints.map(({ endpoint, remarks }) => {
    const { protocol, host, port } = endpoint;
    const preferred = plain(remarks, 60) || `${protocol} ${host}:${port}`;
    let name = preferred;
    for (let number = 2; used.has(name); number++) name = `${preferred} ${number}`;
    used.add(name);
    return name;
  });
}
