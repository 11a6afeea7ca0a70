import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import type { Connection } from './behaviour.ts';

/** A listening server. */
export interface Listener extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Connections accepted so far. */
  readonly connections: number;
  /**
   * Runs `act` for the connection of `socket`. Errors after the client disconnected are ignored;
   * `close()` reports any other error.
   */
  perform(socket: Socket, act: (connection: Connection) => void | Promise<void>): Promise<void>;
  /**
   * Destroys every socket and stops listening; can be called again.
   * Rejects with an AggregateError if a behaviour failed.
   */
  close(): Promise<void>;
}

export interface Address {
  /** A loopback address: `127.0.0.1` (default), `::1`, or on Linux any of 127.0.0.0/8. */
  readonly host?: string;
  /** A free port by default. Set it only for a second server on another address. */
  readonly port?: number;
}

/** Starts listening with `server` (net, http or https) and tracks its connections. */
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
    const peer = getPeer(raw);
    open.set(peer, accepted);
    // Clients are expected to disconnect at any time.
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
      const accepted = open.get(getPeer(socket));
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
  /** The TCP socket, because a TLS socket cannot send an RST. */
  readonly raw: Socket;
  readonly number: number;
  readonly controller: AbortController;
}

/** Returns the peer address, which a TLS socket shares with its TCP socket. */
function getPeer(socket: Socket): string {
  return `${socket.remoteAddress}|${socket.remotePort}`;
}

/** Returns the port of `server`. Throws if it does not listen on a TCP port. */
export function boundPort(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('Not listening on TCP');
  return address.port;
}
