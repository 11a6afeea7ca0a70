import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { certificates } from '@repo/testkit/certificates/certificates';

/** Two targets on the loopback interface that answer 204. */
export interface Targets extends AsyncDisposable {
  readonly ports: readonly number[];
}

export async function startTargets(scheme: 'http' | 'https'): Promise<Targets> {
  const { good } = certificates();
  const answer: RequestListener = (_request, response) => response.writeHead(204).end();
  const servers = [0, 1].map(() =>
    scheme === 'http'
      ? createServer(answer)
      : createSecureServer({ cert: good.cert, key: good.key }, answer),
  );
  for (const server of servers) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  return {
    ports: servers.map((server) => (server.address() as AddressInfo).port),
    [Symbol.asyncDispose]: async () => {
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}
