import { createServer, type IncomingMessage, request } from 'node:http';
import type { Dockerd } from './dockerd.ts';

/** A proxy in front of a daemon. */
export interface DockerProxy extends AsyncDisposable {
  readonly host: string;
}

/** Starts a proxy that moves the `Date` of responses into the future by `aheadMs`. */
export function startSkewedProxy(daemon: Dockerd, aheadMs: number): Promise<DockerProxy> {
  return startProxy(daemon, `${aheadMs}`, {
    date: () => new Date(Date.now() + aheadMs).toUTCString(),
  });
}

/** Starts a proxy that blocks removals after the first `after` ones. */
export function startStallingProxy(daemon: Dockerd, after: number): Promise<DockerProxy> {
  let removals = 0;
  return startProxy(daemon, 'stalling', {
    blocks: ({ method }) => method === 'DELETE' && ++removals > after,
  });
}

/** What a proxy changes between a client and a daemon. */
export interface Changes {
  readonly date?: () => string;
  readonly blocks?: (incoming: IncomingMessage) => boolean;
  /** Runs before a request is forwarded: another user of the daemon at that moment. */
  readonly before?: (method: string, path: string) => Promise<void>;
  /** The response body to send in the place of the daemon's. */
  readonly body?: (method: string, path: string) => string | undefined;
}

/** Starts a proxy at the socket of the daemon plus `.name`. */
export async function startProxy(
  { host }: Dockerd,
  name: string,
  { date, blocks = () => false, before = async () => {}, body = () => undefined }: Changes,
): Promise<DockerProxy> {
  const socketPath = host.slice('unix://'.length);
  const server = createServer(async (incoming, outgoing) => {
    if (blocks(incoming)) return;
    const { method = '', url = '', headers } = incoming;
    await before(method, url);
    const replaced = body(method, url);
    if (replaced !== undefined) {
      outgoing.writeHead(200, { 'content-type': 'application/json' }).end(replaced);
      return;
    }
    const sent = request({ socketPath, method, path: url, headers }, (response) => {
      outgoing.sendDate = false;
      outgoing.writeHead(response.statusCode ?? 500, {
        ...response.headers,
        ...(date && { date: date() }),
      });
      response.pipe(outgoing);
    });
    incoming.pipe(sent);
  });
  const path = `${socketPath}.${name}`;
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    host: `unix://${path}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
