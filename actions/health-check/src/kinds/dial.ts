import type { PhaseTimings, ProbeFailure } from '@repo/probe/failure';
import { type ResolvedHost, resolveHost } from '@repo/probe/resolve';
import type { AttemptContext, Observation } from './kind.ts';

/** Faults of this machine or its resolver say nothing about the target. */
const NOT_THE_TARGETS_FAULT = new Set(['local', 'dns-failed', 'dns-timeout', 'aborted']);

/**
 * Looks at a host: resolves it afresh, then looks at its addresses, at each of them when every one
 * counts, else one after the other until one answers.
 */
export async function dial(
  host: string,
  port: number,
  context: AttemptContext,
  look: (address: string, resolved: ResolvedHost) => Promise<Observation>,
): Promise<readonly Observation[]> {
  const resolution = await resolve(host, port, context);
  if (!resolution.ok) return [failed(resolution.failure)];
  const { addresses } = resolution.value;
  if (context.every) {
    const seen = await Promise.all(
      addresses.map(({ address }) => connections(context, () => look(address, resolution.value))),
    );
    return seen.flat();
  }
  const silent: Observation[] = [];
  for (const { address } of addresses) {
    const observation = await look(address, resolution.value);
    if (observation.state === 'answered') return [observation];
    silent.push(observation);
    if (context.signal.aborted) break;
  }
  return silent;
}

export function resolve(host: string, port: number, { network, timeout, signal }: AttemptContext) {
  return resolveHost(host, {
    ...(network.family !== undefined && { family: network.family }),
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
  if (NOT_THE_TARGETS_FAULT.has(failure.kind)) {
    return { ...seen, state: 'unknown', reason: failure.message, final: false, evidence };
  }
  // We will refuse that address the next time as well.
  if (failure.kind === 'address-refused') {
    return { ...seen, state: 'unknown', reason: failure.message, final: true };
  }
  return { ...seen, state: 'failed', reason: failure.message, evidence };
}

/** Fresh connections one after the other; the first that does not answer ends it. */
async function connections(
  { connections: count, signal }: AttemptContext,
  look: () => Promise<Observation>,
): Promise<readonly Observation[]> {
  const seen: Observation[] = [];
  while (seen.length < count && !signal.aborted) {
    const observation = await look();
    seen.push(observation);
    if (observation.state !== 'answered') break;
  }
  return seen;
}
