import { promises as dns } from 'node:dns';
import { isIP } from 'node:net';
import { plain } from '@repo/core/text/untrusted';
import type { AddressPolicy } from './address.ts';
import { explainEnd, explainError, type Place } from './explain.ts';
import type { ProbeFailure } from './failure.ts';
import { type Bounds, within } from './limit.ts';

export interface ResolvedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** The addresses of a host, every one of them allowed by the policy, never empty. */
export interface ResolvedHost {
  /** Without the brackets of an IPv6 literal. */
  readonly host: string;
  readonly addresses: readonly ResolvedAddress[];
  /** How long the system's resolver took, milliseconds; 0 for literals and overrides. */
  readonly ms: number;
}

/** The port to the system's resolver. `family` 0 means both. Throws as `dns.lookup` does. */
export type Lookup = (
  host: string,
  family: 0 | 4 | 6,
) => Promise<readonly { address: string; family: number }[]>;

export interface ResolveOptions extends Bounds {
  /** Only addresses of this family. */
  readonly family?: 4 | 6;
  /** `host:port` or `host` in lower case → IP address; such a host is not looked up. */
  readonly overrides?: ReadonlyMap<string, string>;
  /** The port that overrides are looked up with. */
  readonly port?: number;
  readonly policy: AddressPolicy;
  readonly lookup?: Lookup;
}

export type Resolution =
  | { readonly ok: true; readonly value: ResolvedHost }
  | { readonly ok: false; readonly failure: ProbeFailure };

/**
 * The addresses of `host` (a name, an IPv4 address, an IPv6 address with or without brackets), in
 * the resolver's order. One address that the policy refuses refuses the host: a name with both a
 * good and a bad address is how DNS rebinding looks.
 */
export async function resolveHost(host: string, options: ResolveOptions): Promise<Resolution> {
  const name = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  const place: Place = { phase: 'dns', peer: plain(name, 100) };
  const found = known(name, options);
  if (found !== undefined) return admit(name, found, 0, options, place);
  const started = performance.now();
  const answer = await within(options, (limit) =>
    limit.wait<LookupAnswer>(
      (settle) => {
        const { lookup = systemLookup, family = 0 } = options;
        lookup(name, family).then(
          (addresses) => settle({ ok: true, addresses: addresses.map(({ address }) => address) }),
          (error) => settle({ ok: false, failure: lookupFailure(error, place, options) }),
        );
      },
      (end) => ({ ok: false, failure: explainEnd(end, place, limit.timeoutMs) }),
    ),
  );
  if (!answer.ok) return answer;
  return admit(name, answer.addresses, performance.now() - started, options, place);
}

type LookupAnswer =
  | { readonly ok: true; readonly addresses: readonly string[] }
  | { readonly ok: false; readonly failure: ProbeFailure };

const systemLookup: Lookup = (host, family) =>
  dns.lookup(host, { all: true, order: 'verbatim', family });

/** What needs no look-up: overrides, literals, and the empty name, which has no address. */
function known(name: string, { overrides, port }: ResolveOptions): string[] | undefined {
  const override = overrides?.get(`${name}:${port}`) ?? overrides?.get(name);
  if (override !== undefined) return [override.replace(/^\[(.*)\]$/, '$1')];
  if (isIP(name) !== 0) return [name];
  return name === '' ? [] : undefined;
}

function admit(
  host: string,
  found: readonly string[],
  ms: number,
  { family, policy }: ResolveOptions,
  { phase, peer }: Place,
): Resolution {
  const addresses: ResolvedAddress[] = [];
  for (const address of new Set(found)) {
    const version = isIP(address);
    if (version !== 4 && version !== 6) {
      const message = `${peer} stands for ${plain(address, 60)}, which is not an IP address`;
      return { ok: false, failure: { phase, kind: 'local', message } };
    }
    const reason = policy(address);
    if (reason !== undefined) {
      const message = host === address ? reason : `${peer} has a refused address: ${reason}`;
      return { ok: false, failure: { phase, kind: 'address-refused', message } };
    }
    if (family === undefined || family === version) addresses.push({ address, family: version });
  }
  if (addresses.length === 0) {
    const message = noAddress(peer, family);
    return { ok: false, failure: { phase, kind: 'dns-not-found', message } };
  }
  return { ok: true, value: { host, addresses, ms } };
}

function lookupFailure(error: unknown, place: Place, { family }: ResolveOptions): ProbeFailure {
  const failure = explainError(error, place);
  return failure.kind === 'dns-not-found'
    ? { ...failure, message: noAddress(place.peer, family) }
    : failure;
}

function noAddress(peer: string, family: 4 | 6 | undefined): string {
  return `${peer} has no ${family === undefined ? '' : `IPv${family} `}address`;
}
