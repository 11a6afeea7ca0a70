import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { certificates } from '@repo/testkit/certificates/certificates';
import { everythingWritten } from '@repo/testkit/runner/everything-written';
import { HealthImplementation } from 'grpc-health-check';
import { describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { startDnsmasq } from './dnsmasq.ts';
import { engine } from './engine.ts';
import { healthCheck } from './health-check.ts';
import { MARIADB_PASSWORD, startMariadb } from './mariadb.ts';
import { POSTGRES_PASSWORD, postgresEngine, startPostgres } from './postgres.ts';
import { readmeExample, replaceValues } from './readme-example.ts';
import { startRedis } from './redis.ts';

const mariadb = engine('mariadbd', 'apt-get install mariadb-server');
const redis = engine('redis-server', 'apt-get install redis-server');
const dnsmasq = engine('dnsmasq', 'apt-get install dnsmasq-base');
const ping = engine('ping', 'apt-get install iputils-ping');
const databases = [postgresEngine, mariadb, redis];
const { ca } = certificates();

describe.skipIf(databases.some(({ path }) => path === undefined))(
  `the README's examples of databases work when copied ${databases.map(({ needs }) => needs).join(' ')}`,
  () => {
    test('services, databases', async () => {
      await using postgres = await startPostgres(postgresEngine.path ?? '', {
        login: 'scram-sha-256',
      });
      await using mysql = await startMariadb(mariadb.path ?? '');
      await using cache = await startRedis(redis.path ?? '');

      const services = replaceValues(await readmeExample('services'), {
        'localhost:5432': `localhost:${postgres.port}`,
        'localhost:3306': `localhost:${mysql.port}`,
        'localhost:6379': `localhost:${cache.port}`,
      });
      await using ready = await healthCheck({ ...services, 'max-attempts': '0' });
      expect(ready.outputs.message).toBe('All 3 checks are healthy');

      await using prepared = await healthCheck({
        checks: JSON.stringify([
          {
            name: 'orders',
            postgres: {
              ...{ host: 'localhost', port: postgres.port, user: 'admin', database: 'postgres' },
              password: POSTGRES_PASSWORD,
              query: 'create table orders as select false as sent from generate_series(1, 7)',
            },
          },
          {
            name: 'pastes',
            mysql: {
              ...{ host: 'localhost', port: mysql.port, user: 'app', database: 'shop' },
              password: MARIADB_PASSWORD,
              query: 'create table pastes as select 1 as id',
            },
          },
        ]),
      });
      expect(prepared.outputs.message).toBe('All 2 checks are healthy');

      const example = replaceValues(await readmeExample('databases'), {
        'app:${{ secrets.DB_PASSWORD }}@db.example/shop': `admin:${encodeURIComponent(POSTGRES_PASSWORD)}@localhost:${postgres.port}/postgres`,
        'host: mysql.example': `host: localhost\n    port: ${mysql.port}`,
        '${{ secrets.MYSQL_PASSWORD }}': MARIADB_PASSWORD,
        'redis.example': `localhost:${cache.tlsPort}`,
      });
      await using result = await healthCheck({
        ...example,
        'ca-file': ca.certFile,
        'ip-family': '4',
      });
      expect(result.outputs.message).toBe('All 3 checks are healthy');
      expect(everythingWritten(result)).not.toContain('s3cr3t');
    });
  },
);

const tools = [dnsmasq, ping];

describe.skipIf(tools.some(({ path }) => path === undefined))(
  `the README's example of the network works when copied ${tools.map(({ needs }) => needs).join(' ')}`,
  () => {
    test('dns, grpc, websocket, unix, icmp, tailscale', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'examples-'));
      const app = await serveJson(join(folder, 'app.sock'), { status: 'ok' });
      const tailscaled = await serveJson(join(folder, 'tailscaled.sock'), {
        BackendState: 'Running',
        Self: { Online: true },
        Peer: { a: { DNSName: 'db.x.ts.net.', Online: true } },
      });
      const chat = new WebSocketServer({ port: 0, host: '127.0.0.1' });
      chat.on('connection', (socket) => {
        socket.on('message', (data) => socket.send(`welcome, you said ${data}`));
      });
      await once(chat, 'listening');
      const rpc = new Server();
      new HealthImplementation({ cart: 'SERVING' }).addToServer(rpc);
      try {
        await using names = await startDnsmasq(dnsmasq.path ?? '');
        const rpcPort = await new Promise<number>((resolve, reject) => {
          rpc.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
            error ? reject(error) : resolve(port),
          );
        });
        const { port: chatPort } = chat.address() as { port: number };
        const inputs = replaceValues(await readmeExample('network'), {
          'ns.example': `"127.0.0.1:${names.port}"`,
          'shop.example:50051': `shop.example:${rpcPort}`,
          'shop.example:8080': `shop.example:${chatPort}`,
          '/run/app.sock': join(folder, 'app.sock'),
          'tailscale: {}': `tailscale: {socket: ${join(folder, 'tailscaled.sock')}}`,
        });
        await using result = await healthCheck({
          ...inputs,
          resolve: [
            `shop.example:${rpcPort}=127.0.0.1`,
            `shop.example:${chatPort}=127.0.0.1`,
            'gateway.example:0=127.0.0.1',
          ].join('\n'),
        });
        expect(result.outputs.message).toBe('All 6 checks are healthy');
      } finally {
        for (const socket of chat.clients) socket.terminate();
        chat.close();
        rpc.forceShutdown();
        for (const server of [app, tailscaled]) {
          server.closeAllConnections();
          server.close();
        }
        await rm(folder, { recursive: true });
      }
    });
  },
);

async function serveJson(socket: string, value: unknown) {
  const server = createServer((_, response) => {
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(value));
  }).listen(socket);
  await once(server, 'listening');
  return server;
}
