import { connect, isIP, type Socket } from 'node:net';
import { explainEnd, explainError, peerName } from './explain.ts';
import type { ProbeFailure } from './failure.ts';
import { type Bounds, type Limit, within } from './limit.ts';

export type TcpConnection =
  | { readonly ok: true; readonly socket: Socket; readonly ms: number }
  | { readonly ok: false; readonly failure: ProbeFailure; readonly ms: number };

/** Where to connect: an IP address and a port, or the path of a Unix socket. */
export type Endpoint =
  | { readonly address: string; readonly port: number }
  | { readonly socketPath: string };

/**
 * Opens one TCP connection to an IP address (a name is not looked up, it fails). The socket is the
 * caller's to destroy; its errors are swallowed until somebody listens for them.
 */
export function connectTcp({
  address,
  port,
  ...bounds
}: { readonly address: string; readonly port: number } & Bounds): Promise<TcpConnection> {
  return within(bounds, (limit) => connectWithin({ address, port }, limit));
}

/** {@link connectTcp} as one phase of an attempt; `host` is the name to report. */
export function connectWithin(
  endpoint: Endpoint,
  limit: Limit,
  peer = nameOf(endpoint),
): Promise<TcpConnection> {
  const started = performance.now();
  const place = { phase: 'connect', peer } as const;
  const failed = (failure: ProbeFailure): TcpConnection => ({
    ok: false,
    failure,
    ms: performance.now() - started,
  });
  if ('address' in endpoint && isIP(endpoint.address) === 0) {
    // Node would look it up, past every policy.
    return Promise.resolve(
      failed({ ...place, kind: 'local', message: `${peer} has no IP address` }),
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
      opened.on('error', (error) => settle(failed(explainError(error, place))));
    },
    (end) => {
      socket?.destroy();
      return failed(explainEnd(end, place, limit.timeoutMs));
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

function nameOf(endpoint: Endpoint): string {
  return 'socketPath' in endpoint ? endpoint.socketPath : peerName(endpoint.address, endpoint.port);
}

/**
 * What the server says first, as Latin-1 text of at most `maxBytes` characters: up to the end of
 * its first line, or what there is when it closes or the time is over. `''` when it says nothing.
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
      const take = (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size >= maxBytes || chunk.includes(0x0a)) done();
      };
      socket.on('data', take).once('close', done).once('end', done);
      release = () => socket.pause().off('data', take).off('close', done).off('end', done);
      if (socket.destroyed) done();
    }, text);
    release();
    return banner;
  });
}
