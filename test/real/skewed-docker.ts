import { createServer, request } from 'node:http';
import type { Dockerd } from './dockerd.ts';

/** The daemon, seen through a proxy that changes the time it tells. */
export async function startSkewed(
  { host }: Dockerd,
  aheadMs: number,
): Promise<{ readonly host: string } & AsyncDisposable> {
  const socketPath = host.slice('unix://'.length);
  const server = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const sent = request({ socketPath, method, path: url, headers }, (answer) => {
      const date = new Date(Date.now() + aheadMs).toUTCString();
      outgoing.sendDate = false;
      outgoing.writeHead(answer.statusCode ?? 500, { ...answer.headers, date });
      answer.pipe(outgoing);
    });
    incoming.pipe(sent);
  });
  const path = `${socketPath}.${aheadMs}`;
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    host: `unix://${path}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
