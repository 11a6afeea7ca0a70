import { isIP } from 'node:net';
import type { PhaseTimings, ProbeFailure } from '@repo/probe/failure';
import { type ResolvedAddress, type ResolvedHost, resolveHost } from '@repo/probe/resolve';
import type { AttemptContext, Observation } from './kind.ts';

/** Faults of this machine or its resolver say nothing about the target. */
const NOT_THE_TARGETS_FAULT = new Set(['local', 'dns-failed', 'dns-timeout', 'aborted']);

/** What the system says when it has no address of its own to send from, or no route. */
const NO_ROUTE = new Set(['ENETUNREACH', 'EADDRNOTAVAIL', 'EAFNOSUPPORT']);

/** Looks at one address. The context is that of the attempt, with the time that is left of it. */
type Look = (
  address: string,
  resolved: ResolvedHost,
  context: AttemptContext,
) => Promise<Observation>;

/**
 * Looks at a host: resolves it afresh, then looks at its addresses, at each of them when every one
 * counts, else until one suffices. All of it has to fit into the time of the attempt.
 */
export async function dial(
  host: string,
  port: number,
  context: AttemptContext,
  look: Look,
): Promise<readonly Observation[]> {
  const started = performance.now();
  const resolution = await resolve(host, port, context);
  if (!resolution.ok) return [failed(resolution.failure)];
  const { addresses } = resolution.value;
  const lookAt: LookAt = ({ address }, signal = context.signal) => {
    const timeout = Math.max(1, context.timeout - (performance.now() - started));
    return look(address, resolution.value, { ...context, timeout, signal });
  };
  return withRoute(
    context.every
      ? (await Promise.all(addresses.map((one) => connections(one, context, lookAt)))).flat()
      : await untilOneSuffices(addresses, context, lookAt),
  );
}

export function resolve(host: string, port: number, { network, timeout, signal }: AttemptContext) {
  return resolveHost(host, {
    ...(network.family !== undefined && { family: network.family }),
    ...(network.lookup !== undefined && { lookup: network.lookup }),
    overrides: network.overrides,
    port,
    policy: network.addresses,
    timeoutMs: timeout,
    signal,
  });
}

/** A failed look, told apart from one that was not possible. */
export function failed(
  failure: ProbeFailure,
  seen: { address?: string; phases?: PhaseTimings } = {},
): Observation {
  const { causes = [] } = failure;
  const evidence = () => (causes.length > 0 ? [{ title: 'causes', lines: causes }] : []);
  const noRoute = NO_ROUTE.has(failure.code ?? '');
  if (NOT_THE_TARGETS_FAULT.has(failure.kind)) {
    return { ...seen, noRoute, state: 'unknown', reason: failure.message, final: false, evidence };
  }
  // We will refuse that address the next time as well.
  if (failure.kind === 'address-refused') {
    return { ...seen, state: 'unknown', reason: failure.message, final: true };
  }
  return { ...seen, noRoute, state: 'failed', reason: failure.message, evidence };
}

type LookAt = (address: ResolvedAddress, signal?: AbortSignal) => Promise<Observation>;

/** Fresh connections one after the other; the first that does not answer ends it. */
async function connections(
  address: ResolvedAddress,
  { connections: count, signal }: AttemptContext,
  lookAt: LookAt,
): Promise<readonly Observation[]> {
  const seen: Observation[] = [];
  while (seen.length < count && !signal.aborted) {
    const observation = await lookAt(address);
    seen.push(observation);
    if (observation.state !== 'answered') break;
  }
  return seen;
}

/**
 * The first observation that suffices, or all of them. Each next address is looked at when the one
 * before did not suffice or has taken its share of the time, while that one may go on: neither a
 * silent address nor a slow answer fails the attempt by itself.
 */
async function untilOneSuffices(
  addresses: readonly ResolvedAddress[],
  { timeout, signal, suffices }: AttemptContext,
  lookAt: LookAt,
): Promise<readonly Observation[]> {
  if (addresses.length === 1) return Promise.all(addresses.map((one) => lookAt(one)));
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const winner = Promise.withResolvers<readonly Observation[]>();
  const looks: Promise<Observation>[] = [];
  let won = false;
  try {
    for (const address of addresses) {
      if (won || signal.aborted) break;
      const look = lookAt(address, either).then((observation) => {
        if (suffices(observation)) {
          won = true;
          winner.resolve([observation]);
        }
        return observation;
      });
      looks.push(look);
      await forAtMost(timeout / addresses.length, Promise.race([winner.promise, look]));
    }
    return await Promise.race([winner.promise, Promise.all(looks)]);
  } finally {
    over.abort();
  }
}

async function forAtMost(ms: number, work: Promise<unknown>): Promise<void> {
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  const timer = setTimeout(end, ms);
  await Promise.race([work, over]).finally(() => clearTimeout(timer));
}

/**
 * Without the addresses of a family that this machine has no route for, as long as it has one for
 * another: GitHub's runners have no IPv6, which says nothing about a target that has.
 */
function withRoute(seen: readonly Observation[]): readonly Observation[] {
  const families = [...Map.groupBy(seen, ({ address = '' }) => isIP(address)).values()];
  const routed = families.filter((family) => family.some(({ noRoute }) => !noRoute));
  return (routed.length > 0 ? routed : families).flat();
}
