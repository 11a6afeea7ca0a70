import { connect, isIP, type Socket } from 'node:net';
import { explainEnd, explainError, peerName } from './explain.ts';
import type { ProbeFailure } from './failure.ts';
import { type Bounds, type Limit, within } from './limit.ts';

export type TcpConnection =
  | { readonly ok: true; readonly socket: Socket; readonly ms: number }
  | { readonly ok: false; readonly failure: ProbeFailure; readonly ms: number };

/** An IP address and a port, or the path of a Unix socket. */
export type Endpoint =
  | { readonly address: string; readonly port: number }
  | { readonly socketPath: string };

/**
 * Opens a TCP connection to an IP address. Names are not resolved. The caller has to destroy the
 * socket. Errors of the socket are ignored until the caller adds a listener.
 */
export function connectTcp({
  address,
  port,
  ...bounds
}: { readonly address: string; readonly port: number } & Bounds): Promise<TcpConnection> {
  return within(bounds, (limit) => connectWithin({ address, port }, limit));
}

/** {@link connectTcp} as a phase of an attempt. `peer` is the name in messages. */
export function connectWithin(
  endpoint: Endpoint,
  limit: Limit,
  peer = getEndpointName(endpoint),
): Promise<TcpConnection> {
  const started = performance.now();
  const step = { phase: 'connect', peer } as const;
  const failed = (failure: ProbeFailure): TcpConnection => ({
    ok: false,
    failure,
    ms: performance.now() - started,
  });
  if ('address' in endpoint && isIP(endpoint.address) === 0) {
    // Node would resolve the name without the address policy.
    return Promise.resolve(
      failed({ ...step, kind: 'local', message: `${peer} is not an IP address` }),
    );
  }
  let socket: Socket | undefined;
  return limit.wait<TcpConnection>(
    (settle) => {
      const opened = open(endpoint);
      socket = opened;
      opened.once('connect', () =>
        settle({ ok: true, socket: opened, ms: performance.now() - started }),
      );
      opened.on('error', (error) => settle(failed(explainError(error, step))));
    },
    (end) => {
      socket?.destroy();
      return failed(explainEnd(end, step, limit.timeoutMs));
    },
  );
}

function open(endpoint: Endpoint): Socket {
  return 'socketPath' in endpoint
    ? connect({ path: endpoint.socketPath })
    : connect({
        host: endpoint.address,
        port: endpoint.port,
        noDelay: true,
        autoSelectFamily: false,
      });
}

function getEndpointName(endpoint: Endpoint): string {
  return 'socketPath' in endpoint ? endpoint.socketPath : peerName(endpoint.address, endpoint.port);
}

/**
 * Reads the first line of the server as Latin-1 text, at most `maxBytes` characters. Returns the text
 * so far when the server closes the connection or the time is over.
 */
export function readBanner(
  socket: Socket,
  { maxBytes, ...bounds }: { readonly maxBytes: number } & Bounds,
): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  const text = () => Buffer.concat(chunks).subarray(0, maxBytes).toString('latin1');
  return within(bounds, async (limit) => {
    let release = () => {};
    const banner = await limit.wait<string>((settle) => {
      const done = () => settle(text());
      const addChunk = (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size >= maxBytes || chunk.includes(0x0a)) done();
      };
      socket.on('data', addChunk).once('close', done).once('end', done);
      release = () => socket.pause().off('data', addChunk).off('close', done).off('end', done);
      if (socket.destroyed) done();
    }, text);
    release();
    return banner;
  });
}
