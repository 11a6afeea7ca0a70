import { connectTcp } from '@repo/probe/tcp';
import type { EngineEndpoint } from '../endpoint/endpoint.ts';
import type { TestFailure } from '../endpoint-test/failure.ts';

/** Timeout for checking whether the server accepts connections. */
const MAX_CONNECT_MS = 2_000;

/** Kinds of failures that may have another cause. */
const AMBIGUOUS: readonly TestFailure['kind'][] = [
  'timeout',
  'closed',
  'reset',
  'tls-failed',
  'proxy-refused',
];

/** Servers that listen on UDP cannot be checked with a TCP connection. */
const OVER_UDP: ReadonlySet<EngineEndpoint['protocol']> = new Set([
  'hysteria2',
  'tuic',
  'wireguard',
]);

/**
 * Explains a failure without an error of the engine. Most of the protocols do not report invalid
 * credentials: the server closes the connection or does not answer the first data.
 *
 * @param observed the failure before any byte arrived from the target
 * @param address the address that the engine dials
 */
export async function explainSilence(
  endpoint: EngineEndpoint,
  address: string,
  observed: TestFailure,
  limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<TestFailure> {
  if (!AMBIGUOUS.includes(observed.kind)) return observed;
  const unreachable = OVER_UDP.has(endpoint.protocol)
    ? undefined
    : await checkConnection(endpoint, address, limits);
  if (unreachable) return unreachable;
  if (observed.kind === 'proxy-refused') return observed;
  if (observed.kind === 'timeout') {
    const message = 'does not answer: wrong credentials, or it is too slow';
    return { phase: 'proxy', kind: 'timeout', message };
  }
  const behaviour =
    observed.kind === 'tls-failed'
      ? 'answers instead of the target'
      : 'closed the connection without an answer';
  const message = `${behaviour}: wrong credentials, or the target is unreachable`;
  return { phase: 'proxy', kind: 'proxy-refused', message };
}

/** Some transports do not report that the server refuses connections. */
async function checkConnection(
  { port }: EngineEndpoint,
  address: string,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<TestFailure | undefined> {
  const connection = await connectTcp({
    address,
    port,
    timeoutMs: Math.min(timeoutMs, MAX_CONNECT_MS),
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
      return { phase: 'tcp', kind: 'unreachable', message: 'host unreachable' };
    case 'timeout':
      return { phase: 'tcp', kind: 'timeout', message: 'connection timed out' };
    case 'reset':
      return { phase: 'tcp', kind: 'reset', message: 'connection reset' };
    default:
      return undefined;
  }
}
