import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { http } from '@repo/checks/kinds/http';
import type { Check } from './check.ts';

/** Kinds that measure latencies with the same code as http. */
const MEASURING: ReadonlySet<string> = new Set(['http', 'unix', 'tcp', 'tls', 'steps']);

/** Enough to load and compile most of the code. */
const ROUNDS = 16;
const TIMEOUT_MS = 500;

const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok';

/**
 * Sends requests to a local server: the first request of a process is slower, which would distort
 * the latency of the target. Never throws, as it only improves the accuracy.
 */
export async function warmUp(checks: readonly Pick<Check, 'kind'>[]): Promise<void> {
  if (!checks.some(({ kind }) => MEASURING.has(kind))) return;
  const server = createServer((socket) => {
    socket.on('error', () => {}).once('data', () => socket.end(ANSWER));
  });
  try {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    for (let round = 0; round < ROUNDS; round++) await sendRequest(port);
  } catch {
    // No loopback interface.
  } finally {
    server.close();
  }
}

async function sendRequest(port: number): Promise<void> {
  const target = http.fromUrl?.(new URL(`http://127.0.0.1:${port}/`), {
    method: 'GET',
    headers: {},
    body: undefined,
    followRedirects: true,
    maxRedirects: 0,
  });
  await target?.attempt({
    network: {
      family: undefined,
      overrides: new Map(),
      addresses: () => undefined,
      tls: {},
      insecure: false,
    },
    machine: { workspace: '', variable: () => '' },
    allAddresses: false,
    connections: 1,
    reads: new Set(),
    timeoutMs: TIMEOUT_MS,
    signal: new AbortController().signal,
    suffices: () => true,
  });
}
