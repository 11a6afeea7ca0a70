import { once } from 'node:events';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import { describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { engine } from './engine.ts';
import { healthCheck } from './health-check.ts';
import { startMariadb } from './mariadb.ts';
import { postgresEngine, startPostgres } from './postgres.ts';
import { startRedis } from './redis.ts';

const mariadb = engine('mariadbd', 'apt-get install mariadb-server');
const redis = engine('redis-server', 'apt-get install redis-server');

/**
 * Checks the same server three times: directly, by a blocked address, and after a check that is not
 * healthy. The last two results are unknown.
 *
 * @param options the options of the kind for a host
 */
async function expectUnknown(kind: string, options: (host: string) => object): Promise<void> {
  const check = (name: string, host: string) => ({ name, [kind]: options(host) });
  const [refused, waiting] = ['link-local', 'not begun'];
  const inputs = {
    checks: JSON.stringify([
      check('up', '127.0.0.1'),
      check(refused, '169.254.169.254'),
      { ...check(waiting, '127.0.0.1'), needs: refused },
    ]),
    'max-attempts': '1',
  };
  await using result = await healthCheck(inputs);
  expect(result.outputs).toMatchObject({
    verdict: 'unknown',
    status: 'unknown',
    healthy: 'false',
    'failed-checks': `${refused},${waiting}`,
  });
  const results: readonly { name: string; status: string; reason: string }[] = JSON.parse(
    result.outputs.results ?? '',
  );
  expect(results.map(({ name, status }) => [name, status])).toEqual([
    ['up', 'healthy'],
    [refused, 'unknown'],
    [waiting, 'unknown'],
  ]);
  expect(result.log).toMatch(/link-local: unknown, .*169\.254\.169\.254/);
  expect(result.log).toMatch(/not begun: unknown, .*link-local/);
  // A gate does not pass, unless fail-on: never is set.
  expect(result.exitCode).toBe(1);
  await using ignored = await healthCheck({ ...inputs, 'fail-on': 'never' });
  expect(ignored.exitCode).toBe(0);
  expect(ignored.outputs.healthy).toBe('false');
}

describe.skipIf(postgresEngine.path === undefined)(
  `a PostgreSQL that cannot be judged ${postgresEngine.needs}`,
  () => {
    test('is unknown', async () => {
      await using server = await startPostgres(postgresEngine.path ?? '', {
        login: 'scram-sha-256',
      });
      await expectUnknown('postgres', (host) => ({ host, port: server.port }));
    });
  },
);

describe.skipIf(mariadb.path === undefined)(
  `a MariaDB that cannot be judged ${mariadb.needs}`,
  () => {
    test('is unknown', async () => {
      await using server = await startMariadb(mariadb.path ?? '');
      await expectUnknown('mysql', (host) => ({ host, port: server.port }));
    });
  },
);

describe.skipIf(redis.path === undefined)(`a Redis that cannot be checked ${redis.needs}`, () => {
  test('is unknown', async () => {
    await using server = await startRedis(redis.path ?? '');
    await expectUnknown('redis', (host) => ({ host, port: server.port }));
  });
});

test('a gRPC server that cannot be checked is unknown', async () => {
  const server = new Server();
  new HealthImplementation({ '': 'SERVING' }).addToServer(server);
  try {
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    await expectUnknown('grpc', (host) => ({ address: `${host}:${port}` }));
  } finally {
    server.forceShutdown();
  }
});

test('a WebSocket server that cannot be checked is unknown', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  try {
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    await expectUnknown('websocket', (host) => ({ url: `ws://${host}:${port}/` }));
  } finally {
    for (const socket of server.clients) socket.terminate();
    server.close();
  }
});
