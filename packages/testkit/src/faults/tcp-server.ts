import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Behaviour, Connection } from './behaviour.ts';
import { type Address, type Listener, listen } from './listener.ts';

export interface TcpServerOptions extends Address {
  /** What is done with each connection; it begins as soon as the connection is accepted. */
  readonly script: Behaviour<Connection>;
}

export interface TcpServer extends Omit<Listener, 'perform'> {
  /** What each connection has sent so far, in the order of the connections. */
  readonly received: readonly Buffer[];
}

/** Starts a TCP server that does what the script says. `breaks.ts` and `delays.ts` serve it too. */
export async function startTcpServer({ script, ...address }: TcpServerOptions): Promise<TcpServer> {
  const received: Buffer[] = [];
  const server = createServer({ noDelay: true });
  const listener = await listen(server, address);

  server.on('connection', (socket) => {
    const mine = received.push(Buffer.alloc(0)) - 1;
    socket.on('data', (bytes) => {
      received[mine] = Buffer.concat([received[mine] ?? Buffer.alloc(0), bytes]);
    });
    void listener.perform(socket, script);
  });

  return Object.assign(listener, { received });
}

/** Waits until the client has sent something, then does `behaviour`. */
export function afterData(behaviour: Behaviour<Connection>): Behaviour<Connection> {
  return async (connection) => {
    await once(connection.socket, 'data', { signal: connection.signal });
    await behaviour(connection);
  };
}

/** Greets with `text` and stays. */
export function banner(text: string): Behaviour<Connection> {
  return ({ socket }) => {
    socket.write(text);
  };
}

/** Sends every byte back. */
export function echoBytes(): Behaviour<Connection> {
  return ({ socket }) => {
    socket.pipe(socket);
  };
}
