import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { boundPort } from './listener.ts';

/**
 * Returns a port on `host` that refuses connections. Another process may open it later (the chance
 * is about 1 in 28,000 per opened port).
 */
export async function closedPort(host = '127.0.0.1'): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const port = boundPort(server);
  server.close();
  await once(server, 'close');
  return port;
}

export interface Blackhole extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Starts a listener to which a connect never completes: it accepts no connection and its queue is
 * full, so the kernel drops every SYN. Linux only: other systems refuse the connection.
 */
export async function blackhole(host = '127.0.0.1'): Promise<Blackhole> {
  const worker = new Worker(LISTEN_AND_FREEZE, { eval: true, workerData: host });
  const [port] = await once(worker, 'message');
  const queued: Socket[] = [];
  // Linux queues one connection more than the backlog.
  for (let index = 0; index <= BACKLOG; index += 1) {
    const socket = connect(port, host);
    socket.on('error', () => {});
    queued.push(socket);
    await once(socket, 'connect');
  }
  const close = async () => {
    for (const socket of queued) socket.destroy();
    await worker.terminate();
  };
  return { host, port, close, [Symbol.asyncDispose]: close };
}

const BACKLOG = 1;

// Node accepts connections in its event loop, so the thread of the listener is blocked.
const LISTEN_AND_FREEZE = `
  const { createServer } = require('node:net');
  const { parentPort, workerData } = require('node:worker_threads');
  const server = createServer().listen({ port: 0, host: workerData, backlog: ${BACKLOG} }, () => {
    parentPort.postMessage(server.address().port);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });
`;
