import { Server, ServerCredentials } from '@grpc/grpc-js';
import { certificates } from '@repo/testkit/certificates/certificates';
import { respond } from '@repo/testkit/faults/answers';
import { hang } from '@repo/testkit/faults/breaks';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { banner, startTcpServer } from '@repo/testkit/faults/tcp-server';
import { HealthImplementation, type ServingStatusMap } from 'grpc-health-check';
import { expect, test } from 'vitest';
import { healthCheck } from './health-check.ts';

const { ca, good } = certificates();

test('checks the health service of grpc-js: each status, and a service by name', async () => {
  await using server = await startGrpc({
    '': 'SERVING',
    shop: 'NOT_SERVING',
    cart: 'UNKNOWN',
    search: 'SERVING',
  });
  await using result = await healthCheck({
    url: `grpc://127.0.0.1:${server.port}\ngrpc://127.0.0.1:${server.port}/search`,
    checks: `
      - name: shop
        grpc: {address: "127.0.0.1:${server.port}", service: shop}
      - name: cart
        grpc: {address: "localhost:${server.port}", service: cart}
        expect: serving == 'UNKNOWN' && code == 'OK'
      - name: unknown service
        grpc: {address: "127.0.0.1:${server.port}", service: nowhere}
        expect: serving == 'SERVICE_UNKNOWN' && code == 'NOT_FOUND'
      - name: another unknown service
        grpc: {address: "127.0.0.1:${server.port}", service: nowhere}`,
    'ip-family': '4',
  });
  expect(result.outputs['failed-checks']).toBe('shop,another unknown service');
  expect(result.log).toContain('the service is NOT_SERVING');
  expect(result.log).toContain('the service is SERVICE_UNKNOWN');
});

test('checks over TLS; a stopped server is unhealthy', async () => {
  await using server = await startGrpc({ '': 'SERVING' }, true);
  const url = `grpcs://localhost:${server.port}`;
  await using trusted = await healthCheck({ url, 'ca-file': ca.certFile, 'ip-family': '4' });
  expect(trusted.outputs.message).toContain('is healthy');
  await using untrusted = await healthCheck({ url, 'ip-family': '4' });
  expect(untrusted.outputs.message).toContain('is not trusted');
  await using plain = await healthCheck({ url: `grpc://127.0.0.1:${server.port}`, timeout: '2s' });
  expect(plain.outputs.status).toBe('unhealthy');
  await server.stop();
  await using gone = await healthCheck({ url: `grpc://127.0.0.1:${server.port}` });
  expect(gone.outputs.message).toContain('connection refused');
});

test('servers without the health service are unhealthy', async () => {
  await using empty = await startGrpc(undefined);
  await using unimplemented = await healthCheck({ url: `grpc://127.0.0.1:${empty.port}` });
  expect(unimplemented.outputs.message).toContain('UNIMPLEMENTED');
  await using web = await startHttpServer({ script: respond(200) });
  await using http1 = await healthCheck({ url: `grpc://127.0.0.1:${web.port}` });
  expect(http1.outputs.message).toMatch(/does not speak HTTP\/2|without an answer/);
  await using mail = await startTcpServer({ script: banner('220 mail.example\r\n') });
  await using smtp = await healthCheck({ url: `grpc://127.0.0.1:${mail.port}` });
  expect(smtp.outputs.message).toContain('does not speak HTTP/2');
  await using silent = await startTcpServer({ script: hang() });
  await using slow = await healthCheck({
    url: `grpc://127.0.0.1:${silent.port}`,
    timeout: '100ms',
  });
  expect(slow.outputs.message).toMatch(/timed out after \d+ms/);
});

async function startGrpc(states: ServingStatusMap | undefined, tls = false) {
  const server = new Server();
  if (states !== undefined) new HealthImplementation(states).addToServer(server);
  const pair = { cert_chain: Buffer.from(good.cert), private_key: Buffer.from(good.key) };
  const credentials = tls
    ? ServerCredentials.createSsl(null, [pair])
    : ServerCredentials.createInsecure();
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  const stop = async () => server.forceShutdown();
  return { port, stop, [Symbol.asyncDispose]: stop };
}
