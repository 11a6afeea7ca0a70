import { isIP } from 'node:net';
import type { AddressPolicy } from '@repo/probe/address';
import { type Lookup, resolveHost } from '@repo/probe/resolve';
import type { TestFailure } from './failure.ts';
import { kindOf } from './fault.ts';

export type FoundAddress =
  | { readonly ok: true; readonly address: string }
  | { readonly ok: false; readonly failure: TestFailure };

/** The one address of a host that is dialled: what was looked at is what is dialled. */
export type FindAddress = (
  host: string,
  signal: AbortSignal,
) => FoundAddress | Promise<FoundAddress>;

/**
 * Looks each name up once a run. A host with any address that the policy refuses is refused: a name
 * with a good and a bad address is how DNS rebinding looks.
 */
export function addressFinder(options: {
  readonly policy: AddressPolicy;
  readonly timeoutMs: number;
  readonly lookup?: Lookup;
}): FindAddress {
  const { policy } = options;
  const known = new Map<string, Promise<FoundAddress>>();
  const find = async (host: string, signal: AbortSignal): Promise<FoundAddress> => {
    const found = await resolveHost(host, { ...options, signal });
    if (!found.ok) {
      const { kind, message } = found.failure;
      // A stopped look-up is no answer for those who ask later.
      if (kind === 'aborted') known.delete(host);
      const aborted = kind === 'aborted' ? 'aborted' : kindOf(kind);
      return { ok: false, failure: { phase: 'dns', kind: aborted, message } };
    }
    const [first] = found.value.addresses;
    if (first) return { ok: true, address: first.address };
    return { ok: false, failure: { phase: 'dns', kind: 'dns', message: 'has no address' } };
  };
  return (host, signal) => {
    if (isIP(host) !== 0) {
      const reason = policy(host);
      if (reason === undefined) return { ok: true, address: host };
      return { ok: false, failure: { phase: 'dns', kind: 'address-refused', message: reason } };
    }
    const before = known.get(host);
    if (before) return before;
    const answer = find(host, signal);
    known.set(host, answer);
    return answer;
  };
}
