import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import type { Connection } from './behaviour.ts';

/** Where a server listens, and how to end it. */
export interface Listener extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Connections accepted so far. */
  readonly connections: number;
  /**
   * Does `act` for the connection that `socket` belongs to. What it throws after the client has
   * gone is of no interest; any other error is a mistake of the test and comes out of `close()`.
   */
  perform(socket: Socket, act: (connection: Connection) => void | Promise<void>): Promise<void>;
  /**
   * Destroys every socket and stops listening; may be called again.
   * Rejects with an AggregateError when a behaviour failed by itself.
   */
  close(): Promise<void>;
}

export interface Address {
  /** A loopback address: `127.0.0.1` unless told, `::1`, on Linux also the rest of 127.0.0.0/8. */
  readonly host?: string;
  /** A free one unless told. Only for a second server on another address of the same name. */
  readonly port?: number;
}

/** Lets `server` (net, http or https) listen, and keeps hold of its connections. */
export async function listen(
  server: Server,
  { host = '127.0.0.1', port = 0 }: Address,
): Promise<Listener> {
  const open = new Map<string, Accepted>();
  const failures: unknown[] = [];
  let connections = 0;
  let closing: Promise<void> | undefined;

  server.on('connection', (raw: Socket) => {
    connections += 1;
    const accepted = { raw, number: connections, controller: new AbortController() };
    const peer = peerOf(raw);
    open.set(peer, accepted);
    // A client that goes away in the middle is what these servers are for.
    raw.on('error', () => {});
    raw.on('close', () => {
      accepted.controller.abort(new Error('The connection has closed'));
      if (open.get(peer) === accepted) open.delete(peer);
    });
  });
  server.listen(port, host);
  await once(server, 'listening');

  const end = async () => {
    for (const { raw } of open.values()) raw.destroy();
    await new Promise((resolve) => server.close(resolve));
    if (failures.length > 0) throw new AggregateError(failures, 'A behaviour failed');
  };
  const close = () => {
    closing ??= end();
    return closing;
  };

  return {
    host,
    port: boundPort(server),
    get connections() {
      return connections;
    },
    async perform(socket, act) {
      const accepted = open.get(peerOf(socket));
      if (accepted === undefined) return;
      const { raw, number, controller } = accepted;
      const { signal } = controller;
      try {
        await act({ number, socket, signal, reset: () => void raw.resetAndDestroy() });
      } catch (error) {
        if (!signal.aborted && !socket.destroyed) failures.push(error);
        raw.destroy();
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface Accepted {
  /** The TCP socket itself: a TLS socket cannot send an RST. */
  readonly raw: Socket;
  readonly number: number;
  readonly controller: AbortController;
}

/** The one thing that a TLS socket shares with the TCP socket below it. */
function peerOf(socket: Socket): string {
  return `${socket.remoteAddress}|${socket.remotePort}`;
}

/** The port that `server` listens on. Throws when it does not listen on a TCP port. */
export function boundPort(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('Not listening on TCP');
  return address.port;
}
