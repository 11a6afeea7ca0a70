import { plain } from '@repo/core/text/untrusted';
import type { Endpoint } from '../endpoint/endpoint.ts';

/** An endpoint that is handed on in a further file. */
export interface Published {
  readonly endpoint: Endpoint;
  /** What its list calls it; untrusted, may be empty. */
  readonly remarks: string;
}

/** The text of a further file. */
export interface Rendered {
  readonly text: string;
  /** How many endpoints the format has no words for. */
  readonly leftOut: number;
}

/**
 * A name for each, of one harmless line, none twice: where names are keys, the last would win.
 *
 * @param reserved names that the file itself uses
 */
export function uniqueNames(
  published: readonly Published[],
  ...reserved: readonly string[]
): readonly string[] {
  const taken = new Set(reserved);
  return published.map(({ endpoint, remarks }) => {
    const { protocol, host, port } = endpoint;
    const wanted = plain(remarks, 60) || `${protocol} ${host}:${port}`;
    let name = wanted;
    for (let number = 2; taken.has(name); number++) name = `${wanted} ${number}`;
    taken.add(name);
    return name;
  });
}
