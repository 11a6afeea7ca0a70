import { createServer, type IncomingMessage, request } from 'node:http';
import type { Dockerd } from './dockerd.ts';

/** A daemon, seen through something between it and us. */
export interface DockerProxy extends AsyncDisposable {
  readonly host: string;
}

/** The daemon with another clock: the `Date` of its answers is that much ahead, ms. */
export function startSkewed(daemon: Dockerd, aheadMs: number): Promise<DockerProxy> {
  return startProxy(daemon, `${aheadMs}`, {
    date: () => new Date(Date.now() + aheadMs).toUTCString(),
  });
}

/** The daemon, which never gets nor answers the removals that come after the first few. */
export function startStalling(daemon: Dockerd, after: number): Promise<DockerProxy> {
  let removals = 0;
  return startProxy(daemon, 'stalling', {
    holds: ({ method }) => method === 'DELETE' && ++removals > after,
  });
}

interface Changes {
  readonly date?: () => string;
  readonly holds?: (incoming: IncomingMessage) => boolean;
}

async function startProxy(
  { host }: Dockerd,
  name: string,
  { date, holds = () => false }: Changes,
): Promise<DockerProxy> {
  const socketPath = host.slice('unix://'.length);
  const server = createServer((incoming, outgoing) => {
    if (holds(incoming)) return;
    const { method, url, headers } = incoming;
    const sent = request({ socketPath, method, path: url, headers }, (answer) => {
      outgoing.sendDate = false;
      outgoing.writeHead(answer.statusCode ?? 500, {
        ...answer.headers,
        ...(date && { date: date() }),
      });
      answer.pipe(outgoing);
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
