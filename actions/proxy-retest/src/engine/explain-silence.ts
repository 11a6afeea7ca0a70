import { connectTcp } from '@repo/probe/tcp';
import type { EngineEndpoint } from '../endpoint/endpoint.ts';
import type { TestFailure } from '../test/failure.ts';

/** No longer is a server asked whether it is there at all, ms. */
const KNOCK_MS = 2_000;

/** Of these kinds are the failures that may have other reasons than they seem to. */
const SILENCES: readonly TestFailure['kind'][] = [
  'timeout',
  'closed',
  'reset',
  'tls-failed',
  'proxy-refused',
];

/** Their servers listen on UDP: nobody can knock there. */
const OVER_UDP: ReadonlySet<EngineEndpoint['protocol']> = new Set([
  'hysteria2',
  'tuic',
  'wireguard',
]);

/**
 * What an attempt failed of that the engine says nothing about. Most of the protocols never say
 * whether they take a user: a server that does not closes, or keeps silent, when the first data
 * has come.
 *
 * @param seen what our own socket saw, before any byte came back from behind the proxy
 * @param address where the engine dials the endpoint
 */
export async function explainSilence(
  endpoint: EngineEndpoint,
  address: string,
  seen: TestFailure,
  limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<TestFailure> {
  if (!SILENCES.includes(seen.kind)) return seen;
  const missing = OVER_UDP.has(endpoint.protocol)
    ? undefined
    : await knock(endpoint, address, limits);
  if (missing) return missing;
  if (seen.kind === 'proxy-refused') return seen;
  if (seen.kind === 'timeout') {
    const message = 'keeps silent: its credentials may be wrong, or it is too slow';
    return { phase: 'proxy', kind: 'timeout', message };
  }
  const does =
    seen.kind === 'tls-failed' ? "answers in the target's place" : 'closes without an answer';
  const message = `${does}: its credentials are wrong, or it cannot go on`;
  return { phase: 'proxy', kind: 'proxy-refused', message };
}

/** Some transports wait for a server that is not there, and do not tell. */
async function knock(
  { port }: EngineEndpoint,
  address: string,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<TestFailure | undefined> {
  const connection = await connectTcp({
    address,
    port,
    timeoutMs: Math.min(timeoutMs, KNOCK_MS),
    signal,
  });
  if (connection.ok) {
    connection.socket.destroy();
    return undefined;
  }
  switch (connection.failure.kind) {
    case 'refused':
      return { phase: 'tcp', kind: 'refused', message: 'connection refused' };
    case 'unreachable':
      return { phase: 'tcp', kind: 'unreachable', message: 'no way to it' };
    case 'timeout':
      return { phase: 'tcp', kind: 'timeout', message: 'no connection in time' };
    case 'reset':
      return { phase: 'tcp', kind: 'reset', message: 'connection reset' };
    default:
      return undefined;
  }
}
