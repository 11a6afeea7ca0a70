import type { Endpoint } from '../endpoint/endpoint.ts';

/** An endpoint, and what its publisher calls it (untrusted). */
export interface Named<E extends Endpoint = Endpoint> {
  readonly endpoint: E;
  readonly remarks: string;
}
