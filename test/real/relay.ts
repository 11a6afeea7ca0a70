import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP relay that delays each byte in both directions. */
export interface Relay extends AsyncDisposable {
  readonly port: number;
}

/**
 * Starts a relay, by default on the loopback interface.
 *
 * @param to a local port, or the path of a Unix socket
 * @param delayMs the one-way delay
 */
export async function startRelay(
  to: number | string,
  delayMs: number,
  { host = '127.0.0.1', port = 0 } = {},
): Promise<Relay> {
  const sockets = new Set<Socket>();
  const server: Server = createServer({ noDelay: true }, (near) => {
    const far =
      typeof to === 'string'
        ? connect({ path: to })
        : connect({ host: '127.0.0.1', port: to, noDelay: true });
    for (const [from, towards] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (chunk) =>
        setTimeout(() => towards.writable && towards.write(chunk), delayMs),
      );
      from.on('end', () => setTimeout(() => towards.end(), delayMs));
      from.on('error', () => towards.destroy());
      from.on('close', () => sockets.delete(from));
    }
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
