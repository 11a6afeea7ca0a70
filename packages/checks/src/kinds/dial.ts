import { isIP } from 'node:net';
import { type ResolvedAddress, type ResolvedHost, resolveHost } from '@repo/probe/resolve';
import type { AttemptContext } from './kind.ts';
import { failedObservation, type Observation } from './observation.ts';

/** Probes one address. The timeout in the context is the remaining time of the attempt. */
type ProbeAddress = (
  address: string,
  resolved: ResolvedHost,
  context: AttemptContext,
) => Promise<Observation>;

/**
 * Resolves a host and probes its addresses: all of them with `allAddresses`, otherwise until one
 * suffices. Resolving and probing share the timeout of the attempt.
 */
export async function dial(
  host: string,
  port: number,
  context: AttemptContext,
  probe: ProbeAddress,
): Promise<readonly Observation[]> {
  const started = performance.now();
  const resolution = await resolveTarget(host, port, context);
  if (!resolution.ok) return [failedObservation(resolution.failure)];
  const { addresses } = resolution.value;
  const probeAddress: Probe = ({ address }, signal = context.signal) => {
    const timeoutMs = Math.max(1, context.timeoutMs - (performance.now() - started));
    return probe(address, resolution.value, { ...context, timeoutMs, signal });
  };
  return dropUnroutableFamilies(
    context.allAddresses
      ? (
          await Promise.all(addresses.map((address) => probeTimes(address, context, probeAddress)))
        ).flat()
      : await probeUntilSufficient(addresses, context, probeAddress),
  );
}

export function resolveTarget(
  host: string,
  port: number,
  { network, timeoutMs, signal }: AttemptContext,
) {
  return resolveHost(host, {
    ...(network.family !== undefined && { family: network.family }),
    ...(network.lookup !== undefined && { lookup: network.lookup }),
    overrides: network.overrides,
    port,
    policy: network.addresses,
    timeoutMs,
    signal,
  });
}

type Probe = (address: ResolvedAddress, signal?: AbortSignal) => Promise<Observation>;

/** Opens `connections` new connections one after the other and stops at the first failure. */
async function probeTimes(
  address: ResolvedAddress,
  { connections, signal }: AttemptContext,
  probe: Probe,
): Promise<readonly Observation[]> {
  const observations: Observation[] = [];
  while (observations.length < connections && !signal.aborted) {
    const observation = await probe(address);
    observations.push(observation);
    if (observation.state !== 'answered') break;
  }
  return observations;
}

/**
 * Returns the first sufficient observation, or all of them if none suffices. The next address
 * starts when the previous one fails or has used its share of the timeout; the previous probe
 * continues. One silent or slow address therefore does not fail the attempt.
 */
async function probeUntilSufficient(
  addresses: readonly ResolvedAddress[],
  { timeoutMs, signal, suffices }: AttemptContext,
  probe: Probe,
): Promise<readonly Observation[]> {
  if (addresses.length === 1) return Promise.all(addresses.map((address) => probe(address)));
  const done = new AbortController();
  const anySignal = AbortSignal.any([signal, done.signal]);
  const winner = Promise.withResolvers<readonly Observation[]>();
  const probes: Promise<Observation>[] = [];
  let hasWinner = false;
  try {
    for (const address of addresses) {
      if (hasWinner || signal.aborted) break;
      const current = probe(address, anySignal).then((observation) => {
        if (suffices(observation)) {
          hasWinner = true;
          winner.resolve([observation]);
        }
        return observation;
      });
      probes.push(current);
      await waitAtMost(timeoutMs / addresses.length, Promise.race([winner.promise, current]));
    }
    return await Promise.race([winner.promise, Promise.all(probes)]);
  } finally {
    done.abort();
  }
}

async function waitAtMost(ms: number, work: Promise<unknown>): Promise<void> {
  const { promise: timeout, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([work, timeout]).finally(() => clearTimeout(timer));
}

/**
 * Removes the observations of an address family that this machine has no route for, if another
 * family has one: GitHub-hosted runners have no IPv6, which is not a fault of the target.
 */
function dropUnroutableFamilies(observations: readonly Observation[]): readonly Observation[] {
  const families = [...Map.groupBy(observations, ({ address = '' }) => isIP(address)).values()];
  const routable = families.filter((family) => family.some(({ noRoute }) => !noRoute));
  return (routable.length > 0 ? routable : families).flat();
}
