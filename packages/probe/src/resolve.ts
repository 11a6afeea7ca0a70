import { promises as dns } from 'node:dns';
import { isIP } from 'node:net';
import { plain } from '@repo/core/text/untrusted';
import type { AddressPolicy } from './address.ts';
import { explainEnd, explainError, type ProbeStep } from './explain.ts';
import type { ProbeFailure } from './failure.ts';
import { type Bounds, within } from './limit.ts';

export interface ResolvedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** The addresses of a host. The policy allows all of them; there is at least one. */
export interface ResolvedHost {
  /** Without the brackets of an IPv6 literal. */
  readonly host: string;
  readonly addresses: readonly ResolvedAddress[];
  /** Duration of the lookup in milliseconds; 0 for IP addresses and overrides. */
  readonly ms: number;
}

/** The resolver of the system. `family` 0 means both. Throws the errors of `dns.lookup`. */
export type Lookup = (
  host: string,
  family: 0 | 4 | 6,
) => Promise<readonly { address: string; family: number }[]>;

export interface ResolveOptions extends Bounds {
  /** Only addresses of this family. */
  readonly family?: 4 | 6;
  /** `host:port` or `host` in lower case → IP address. Takes precedence over the lookup. */
  readonly overrides?: ReadonlyMap<string, string>;
  /** The port for `host:port` overrides. */
  readonly port?: number;
  readonly policy: AddressPolicy;
  readonly lookup?: Lookup;
}

export type Resolution =
  | { readonly ok: true; readonly value: ResolvedHost }
  | { readonly ok: false; readonly failure: ProbeFailure };

/**
 * Resolves `host` (a name or an IP address, IPv6 with or without brackets) and keeps the order of the
 * resolver. If the policy refuses one address, the host is refused: DNS rebinding returns an allowed
 * and a refused address for the same name.
 */
export async function resolveHost(host: string, options: ResolveOptions): Promise<Resolution> {
  const name = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  const step: ProbeStep = { phase: 'dns', peer: plain(name, 100) };
  const fixed = getFixedAddresses(name, options);
  if (fixed !== undefined) return checkAddresses(name, fixed, 0, options, step);
  const started = performance.now();
  const result = await within(options, (limit) =>
    limit.wait<LookupResult>(
      (settle) => {
        const { lookup = systemLookup, family = 0 } = options;
        lookup(name, family).then(
          (addresses) => settle({ ok: true, addresses: addresses.map(({ address }) => address) }),
          (error) => settle({ ok: false, failure: lookupFailure(error, step, options) }),
        );
      },
      (end) => ({ ok: false, failure: explainEnd(end, step, limit.timeoutMs) }),
    ),
  );
  if (!result.ok) return result;
  return checkAddresses(name, result.addresses, performance.now() - started, options, step);
}

type LookupResult =
  | { readonly ok: true; readonly addresses: readonly string[] }
  | { readonly ok: false; readonly failure: ProbeFailure };

const systemLookup: Lookup = (host, family) =>
  dns.lookup(host, { all: true, order: 'verbatim', family });

/** Addresses without a lookup: overrides, IP addresses, and the empty name, which has none. */
function getFixedAddresses(
  name: string,
  { overrides, port }: ResolveOptions,
): string[] | undefined {
  const override = overrides?.get(`${name}:${port}`) ?? overrides?.get(name);
  if (override !== undefined) return [override.replace(/^\[(.*)\]$/, '$1')];
  if (isIP(name) !== 0) return [name];
  return name === '' ? [] : undefined;
}

function checkAddresses(
  host: string,
  found: readonly string[],
  ms: number,
  { family, policy }: ResolveOptions,
  { phase, peer }: ProbeStep,
): Resolution {
  const addresses: ResolvedAddress[] = [];
  for (const address of new Set(found)) {
    const version = isIP(address);
    if (version !== 4 && version !== 6) {
      const message = `${peer} resolves to ${plain(address, 60)}, which is not an IP address`;
      return { ok: false, failure: { phase, kind: 'local', message } };
    }
    const reason = policy(address);
    if (reason !== undefined) {
      const message =
        host === address ? reason : `${peer} resolves to a refused address: ${reason}`;
      return { ok: false, failure: { phase, kind: 'address-refused', message } };
    }
    if (family === undefined || family === version) addresses.push({ address, family: version });
  }
  if (addresses.length === 0) {
    const message = noAddressMessage(peer, family);
    return { ok: false, failure: { phase, kind: 'dns-not-found', message } };
  }
  return { ok: true, value: { host, addresses, ms } };
}

function lookupFailure(error: unknown, step: ProbeStep, { family }: ResolveOptions): ProbeFailure {
  const failure = explainError(error, step);
  return failure.kind === 'dns-not-found'
    ? { ...failure, message: noAddressMessage(step.peer, family) }
    : failure;
}

function noAddressMessage(peer: string, family: 4 | 6 | undefined): string {
  return `${peer} has no ${family === undefined ? '' : `IPv${family} `}address`;
}
