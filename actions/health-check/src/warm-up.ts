import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { http } from '@repo/checks/kinds/http';
import type { Check } from './check.ts';

/** Kinds that measure how long a connection or an exchange takes, by the code that http uses. */
const MEASURING: ReadonlySet<string> = new Set(['http', 'unix', 'tcp', 'tls', 'steps']);

/** By then all that is loaded at the first use has been, and most of it is compiled. */
const ROUNDS = 16;
const LONGEST_MS = 500;

const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok';

/**
 * Goes through the code of a request, against ourselves on the loopback: the first request of a
 * process takes milliseconds that are not the target's, and would be told as its latency. Never
 * throws: without it figures are only less exact.
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
    for (let round = 0; round < ROUNDS; round++) await requestOurselves(port);
  } catch {
    // A machine without a loopback has other cares.
  } finally {
    server.close();
  }
}

async function requestOurselves(port: number): Promise<void> {
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
    timeoutMs: LONGEST_MS,
    signal: new AbortController().signal,
    suffices: () => true,
  });
}
