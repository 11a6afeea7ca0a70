// A separate process: two TLS targets, a working proxy and a hanging one. Prints their ports.
import { once } from 'node:events';
import { createServer as createTarget } from 'node:https';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { certificates } from '@repo/testkit/certificates/certificates';

const { good } = certificates();
const target = createTarget({ cert: good.cert, key: good.key }, (_request, response) => {
  response.writeHead(204).end();
});
const proxy = createServer({ noDelay: true }, (client) => {
  client.on('error', () => client.destroy());
  client.once('data', (head) => {
    const [, port] = /^CONNECT [^:]+:(\d+)/.exec(head.toString('latin1')) ?? [];
    const far = connect({ host: '127.0.0.1', port: Number(port), noDelay: true }, () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      client.pipe(far).pipe(client);
    });
    far.on('error', () => client.destroy());
    client.on('close', () => far.destroy());
  });
});
const hung = createServer((client) => client.on('error', () => client.destroy()));

const ports = await Promise.all([target, proxy, hung].map(listening));
console.log(JSON.stringify({ target: ports[0], proxy: ports[1], hung: ports[2] }));

async function listening(server: Server): Promise<number> {
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 });
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
