import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { certificates } from '@repo/testkit/certificates/certificates';
import { banner, startTcpServer } from '@repo/testkit/faults/tcp-server';
import { runAction } from '@repo/testkit/runner/run-action';
import { describe, expect, test } from 'vitest';
import { readmeExample, replaceValues } from '../real/readme-example.ts';

const action = fileURLToPath(new URL('../../actions/health-check', import.meta.url));
const { ca, good } = certificates();

/** Runs an example with the URLs and the certificate authority of the test. */
const runExample = async (name: string, places: Readonly<Record<string, string>>) =>
  runAction({
    action,
    with: {
      ...replaceValues(await readmeExample(name), places),
      'ca-file': ca.certFile,
      'ip-family': '4',
    },
  });

/** A server for `localhost` on a free port. */
async function serve(listener: RequestListener, tls = true) {
  const server = tls
    ? createTlsServer({ cert: good.cert, key: good.key }, listener)
    : createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `${tls ? 'https' : 'http'}://localhost:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const json =
  (value: () => unknown): RequestListener =>
  (_, response) => {
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(value()));
  };

describe('the examples of the README work', () => {
  test('the first example', async () => {
    await using shop = await serve((_, response) => response.end('ok'));
    const place = { 'https://shop.example': shop.url };
    await using result = await runExample('first', place);
    expect(result.outputs).toMatchObject({ verdict: 'pass', status: 'healthy', healthy: 'true' });
  });

  test('deploy: waits for the new version, then for stability', async () => {
    const sha = 'a1b2c3d4';
    let answers = 0;
    await using shop = await serve(
      // A rolling deploy: one of five connections of an attempt reaches the old version.
      json(() => ({ build: { commit: ++answers === 5 ? 'old' : sha } })),
    );
    await using result = await runExample('deploy', {
      'https://shop.example': shop.url,
      '${{ github.sha }}': sha,
      '30s': '300ms',
    });
    expect(result.outputs).toMatchObject({ status: 'healthy' });
    expect(result.log).toContain('old');
    expect(Number(result.outputs.attempts)).toBeGreaterThan(1);
    expect(Number(result.outputs['time-to-healthy-ms'])).toBeGreaterThan(0);
  });

  test('wait: a port, and a page that becomes ready later', async () => {
    await using postgres = await startTcpServer({ script: banner('') });
    let requests = 0;
    await using app = await serve((_, response) => {
      response.statusCode = ++requests === 1 ? 503 : 200;
      response.end();
    }, false);
    await using result = await runExample('wait', {
      'tcp://localhost:5432': `tcp://localhost:${postgres.port}`,
      'http://localhost:8080': app.url,
    });
    expect(result.outputs.message).toBe('All 2 checks are healthy');
    expect(requests).toBe(2);
  });

  test('checks: healthy and unhealthy', async () => {
    let status = 'ok';
    await using shop = await serve(json(() => ({ status })));
    await using mail = await startTcpServer({ script: banner('220 mail.example ESMTP\r\n') });
    const places = {
      'https://shop.example': shop.url,
      'host: shop.example, port: 443': `host: localhost, port: ${shop.port}`,
      'host: mail.example, port: 25': `host: localhost, port: ${mail.port}`,
      // Test machines can be slow.
      "degraded: [window.p95 > duration('300ms')]": "degraded: [window.p95 > duration('30s')]",
    };
    const inputs = async () => ({
      ...replaceValues(await readmeExample('checks'), places),
      'degraded-latency': '30s',
      'ca-file': ca.certFile,
      'ip-family': '4',
    });
    await using healthy = await runAction({ action, with: await inputs() });
    expect(healthy.outputs.message).toBe('All 3 checks are healthy');
    status = 'migration failed';
    await using unhealthy = await runAction({ action, with: await inputs() });
    expect(unhealthy.outputs).toMatchObject({ status: 'unhealthy', 'failed-checks': 'api' });
    expect(unhealthy.log).toContain('fail-when is met');
  });

  test('steps: a round trip', async () => {
    const pastes: string[] = [];
    await using paste = await serve(async (request, response) => {
      if (request.method === 'POST') {
        const number = pastes.push(Buffer.concat(await request.toArray()).toString());
        response.writeHead(302, { location: `${paste.url}/${number}` }).end();
      } else {
        response.end(pastes[Number(request.url?.slice(1)) - 1]);
      }
    });
    await using result = await runExample('steps', { 'https://paste.example': paste.url });
    expect(result.outputs.status, result.log).toBe('healthy');
    expect(pastes).toEqual(['hello']);
  });
});
