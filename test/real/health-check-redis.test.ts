import { certificates } from '@repo/testkit/certificates/certificates';
import { everythingWritten } from '@repo/testkit/runner/everything-written';
import { describe, expect, test } from 'vitest';
import { engine } from './engine.ts';
import { healthCheck } from './health-check.ts';
import { startRedis } from './redis.ts';

const redis = engine('redis-server', 'apt-get install redis-server');
const path = redis.path ?? '';
const { ca } = certificates();

describe.skipIf(redis.path === undefined)(`health-check and a real Redis ${redis.needs}`, () => {
  test('PING, a command, version and TLS; a stopped server is unhealthy', async () => {
    await using server = await startRedis(path);
    const checks = `
      - name: ping
        redis: {host: 127.0.0.1, port: ${server.port}}
        expect: [reply == 'PONG', version.startsWith('7.')]
      - name: set
        redis: {host: 127.0.0.1, port: ${server.port}, command: set greeting "hello wörld"}
        expect: reply == 'OK'
      - name: get
        redis: {url: "redis://127.0.0.1:${server.port}/0", command: [GET, greeting]}
        expect: reply == 'hello wörld'
        max-attempts: 50
        interval: 10ms
      - name: list
        redis: {host: 127.0.0.1, port: ${server.port}, command: config get maxmemory*}
        expect: "reply.exists(one, one == 'maxmemory') && size(reply) > 2"
      - name: nothing
        redis: {host: 127.0.0.1, port: ${server.port}, command: get nothing, database: 3}
        expect: reply == null
      - name: number
        redis: {host: localhost, port: ${server.tlsPort}, tls: require, command: dbsize}
        expect: reply >= 0`;
    await using up = await healthCheck({
      checks,
      url: `rediss://localhost:${server.tlsPort}`,
      'ip-family': '4',
      'ca-file': ca.certFile,
    });
    expect(up.outputs.message).toBe('All 7 checks are healthy');
    await using untrusted = await healthCheck({ url: `rediss://127.0.0.1:${server.tlsPort}` });
    expect(untrusted.outputs.message).toContain('is not trusted');

    await server.stop();
    await using down = await healthCheck({ url: `redis://127.0.0.1:${server.port}` });
    expect(down.outputs.status).toBe('unhealthy');
    expect(down.outputs.message).toContain('connection refused');
  });

  test('valid, invalid and missing passwords, none of which appears', async () => {
    const password = 's3cr3t/redis@1';
    await using server = await startRedis(path, [
      `requirepass ${password}`,
      'user app on >s3cr3t-app-2 +ping +info ~*',
    ]);
    const at = `127.0.0.1:${server.port}`;
    await using right = await healthCheck({
      url: `redis://:${encodeURIComponent(password)}@${at}`,
    });
    expect(right.outputs.message).toContain('is healthy');
    await using app = await healthCheck({ url: `redis://app:s3cr3t-app-2@${at}/` });
    expect(app.outputs.message).toContain('is healthy');
    await using wrong = await healthCheck({ url: `redis://app:s3cr3t-wrong-3@${at}` });
    expect(wrong.outputs.message).toContain('WRONGPASS');
    await using none = await healthCheck({ url: `redis://${at}` });
    expect(none.outputs.message).toContain('NOAUTH');
    await using forbidden = await healthCheck({
      checks: `
        - name: forbidden
          redis: {host: 127.0.0.1, port: ${server.port}, user: app, password: s3cr3t-app-2,
            command: flushall}`,
    });
    expect(forbidden.outputs.status).toBe('unhealthy');
    expect(forbidden.outputs.message).toContain('NOPERM');
    for (const result of [right, app, wrong, none, forbidden]) {
      expect(everythingWritten(result)).not.toContain('s3cr3t');
    }
  });
});
