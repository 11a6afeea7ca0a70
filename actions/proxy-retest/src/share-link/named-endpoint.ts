import type { Endpoint } from '../endpoint/endpoint.ts';

/** An endpoint with its name from the list, which is untrusted. */
export interface NamedEndpoint<E extends Endpoint = Endpoint> {
  readonly endpoint: E;
  readonly remarks: string;
}
