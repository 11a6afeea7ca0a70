import { isIP } from 'node:net';
import type { AddressPolicy } from '@repo/probe/address';
import { type Lookup, resolveHost } from '@repo/probe/resolve';
import { toFailureKind } from './explain-error.ts';
import type { TestFailure } from './failure.ts';

export type FoundAddress =
  | { readonly ok: true; readonly address: string }
  | { readonly ok: false; readonly failure: TestFailure };

/** Resolves a host to the address that is dialled, so that the checked address is the dialled one. */
export type FindAddress = (
  host: string,
  signal: AbortSignal,
) => FoundAddress | Promise<FoundAddress>;

/**
 * Resolves each name once per run. A host is rejected when the policy rejects any of its addresses,
 * as a protection against DNS rebinding.
 */
export function createAddressFinder(options: {
  readonly policy: AddressPolicy;
  readonly timeoutMs: number;
  readonly lookup?: Lookup;
}): FindAddress {
  const { policy } = options;
  const lookups = new Map<string, Promise<FoundAddress>>();
  const find = async (host: string, signal: AbortSignal): Promise<FoundAddress> => {
    const found = await resolveHost(host, { ...options, signal });
    if (!found.ok) {
      const { kind, message } = found.failure;
      // An interrupted lookup must not be reused.
      if (kind === 'aborted') lookups.delete(host);
      const aborted = kind === 'aborted' ? 'aborted' : toFailureKind(kind);
      return { ok: false, failure: { phase: 'dns', kind: aborted, message } };
    }
    const [first] = found.value.addresses;
    if (first) return { ok: true, address: first.address };
    return {
      ok: false,
      failure: { phase: 'dns', kind: 'dns', message: 'its host has no address' },
    };
  };
  return (host, signal) => {
    if (isIP(host) !== 0) {
      const reason = policy(host);
      if (reason === undefined) return { ok: true, address: host };
      return { ok: false, failure: { phase: 'dns', kind: 'address-refused', message: reason } };
    }
    const before = lookups.get(host);
    if (before) return before;
    const answer = find(host, signal);
    lookups.set(host, answer);
    return answer;
  };
}
