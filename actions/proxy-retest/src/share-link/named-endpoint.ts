import type { Endpoint } from '../endpoint/endpoint.ts';

/** An endpoint, and what its publisher calls it (untrusted). */
export interface NamedEndpoint<E extends Endpoint = Endpoint> {
  readonly endpoint: E;
  readonly remarks: string;
}
