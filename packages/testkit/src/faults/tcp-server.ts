import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Behaviour, Connection } from './behaviour.ts';
import { type Address, type Listener, listen } from './listener.ts';

export interface TcpServerOptions extends Address {
  /** The behaviour for each accepted connection. */
  readonly script: Behaviour<Connection>;
}

export interface TcpServer extends Omit<Listener, 'perform'> {
  /** The data received from each connection, in the order of the connections. */
  readonly received: readonly Buffer[];
}

/** Starts a TCP server that runs the script. Behaviours of `breaks.ts` and `delays.ts` work too. */
export async function startTcpServer({ script, ...address }: TcpServerOptions): Promise<TcpServer> {
  const received: Buffer[] = [];
  const server = createServer({ noDelay: true });
  const listener = await listen(server, address);

  server.on('connection', (socket) => {
    const index = received.push(Buffer.alloc(0)) - 1;
    socket.on('data', (bytes) => {
      received[index] = Buffer.concat([received[index] ?? Buffer.alloc(0), bytes]);
    });
    void listener.perform(socket, script);
  });

  return Object.assign(listener, { received });
}

/** Waits for data from the client before `behaviour`. */
export function afterData(behaviour: Behaviour<Connection>): Behaviour<Connection> {
  return async (connection) => {
    await once(connection.socket, 'data', { signal: connection.signal });
    await behaviour(connection);
  };
}

/** Sends `text` and keeps the connection open. */
export function banner(text: string): Behaviour<Connection> {
  return ({ socket }) => {
    socket.write(text);
  };
}

/** Returns every byte. */
export function echoBytes(): Behaviour<Connection> {
  return ({ socket }) => {
    socket.pipe(socket);
  };
}
