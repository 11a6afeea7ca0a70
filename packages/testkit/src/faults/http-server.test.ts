import { once } from 'node:events';
import { Agent } from 'node:http';
import { networkInterfaces } from 'node:os';
import { connect } from 'node:tls';
import { expect, test } from 'vitest';
import { certificates } from '../certificates/certificates.ts';
import { echo, json, respond } from './answers.ts';
import { reset } from './breaks.ts';
import { startHttpServer } from './http-server.ts';
import { requestOnce } from './request-once.ts';

const { ca, good, wrongName, client } = certificates();

test('responds on a free port of 127.0.0.1 and records requests', async () => {
  await using server = await startHttpServer({ script: respond(201, { body: 'made' }) });
  const answer = await requestOnce(`${server.url}/things?x=1`, {
    method: 'POST',
    headers: { 'X-Colour': 'red' },
    body: 'grün',
  });
  expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
  expect(answer.status).toBe(201);
  expect(answer.body.toString()).toBe('made');
  expect(server.requests).toEqual([
    {
      method: 'POST',
      url: '/things?x=1',
      path: '/things',
      headers: expect.objectContaining({ 'x-colour': 'red' }),
      body: 'grün',
      connection: 1,
    },
  ]);
});

test('numbers connections and records the connection of each request', async () => {
  await using server = await startHttpServer({ script: respond(200) });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  await requestOnce(server.url, { agent });
  await requestOnce(server.url, { agent });
  await requestOnce(server.url);
  agent.destroy();
  expect(server.requests.map((request) => request.connection)).toEqual([1, 1, 2]);
  expect(server.connections).toBe(2);
});

test('echo() returns the request', async () => {
  await using server = await startHttpServer({ script: echo() });
  const answer = await requestOnce(`${server.url}/a?b`, { method: 'PUT', body: 'text' });
  expect(JSON.parse(answer.body.toString())).toEqual({
    method: 'PUT',
    url: '/a?b',
    headers: expect.objectContaining({ host: `127.0.0.1:${server.port}` }),
    body: 'text',
  });
});

test('json() sets the content type', async () => {
  await using server = await startHttpServer({ script: json({ ok: false }, 503) });
  const answer = await requestOnce(server.url);
  expect(answer.status).toBe(503);
  expect(answer.headers['content-type']).toBe('application/json');
  expect(answer.body.toString()).toBe('{"ok":false}');
});

test.runIf(process.platform === 'linux')(
  'listens on two addresses with the same port',
  async () => {
    await using one = await startHttpServer({ script: respond(200, { body: 'one' }) });
    await using two = await startHttpServer({
      script: respond(200, { body: 'two' }),
      host: '127.0.0.2',
      port: one.port,
    });
    expect((await requestOnce(one.url)).body.toString()).toBe('one');
    expect((await requestOnce(two.url)).body.toString()).toBe('two');
    expect(two.url).toBe(`http://127.0.0.2:${one.port}`);
  },
);

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
);

test.runIf(hasIpv6)('listens on ::1', async () => {
  await using server = await startHttpServer({ script: respond(200), host: '::1' });
  expect(server.url).toBe(`http://[::1]:${server.port}`);
  expect((await requestOnce(server.url)).status).toBe(200);
});

test('close() closes connections, frees the port and can be called twice', async () => {
  const arrived = Promise.withResolvers<AbortSignal>();
  const server = await startHttpServer({ script: ({ signal }) => arrived.resolve(signal) });
  const pending = expect(requestOnce(server.url)).rejects.toMatchObject({ code: 'ECONNRESET' });
  const signal = await arrived.promise;
  expect(signal.aborted).toBe(false);
  await server.close();
  await server.close();
  await pending;
  expect(signal.aborted).toBe(true);
  await expect(requestOnce(server.url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('close() rejects if a behaviour failed', async () => {
  const mistake = new Error('mistake in the test');
  const server = await startHttpServer({
    script: () => {
      throw mistake;
    },
  });
  await expect(requestOnce(server.url)).rejects.toMatchObject({ code: 'ECONNRESET' });
  await expect(server.close()).rejects.toMatchObject({ errors: [mistake] });
});

test('ignores a client that disconnects during a request', async () => {
  const arrived = Promise.withResolvers<void>();
  const failed = Promise.withResolvers<void>();
  const server = await startHttpServer({
    script: async ({ signal }) => {
      arrived.resolve();
      await once(signal, 'abort');
      failed.resolve();
      throw signal.reason;
    },
  });
  const abort = new AbortController();
  const pending = expect(requestOnce(server.url, { signal: abort.signal })).rejects.toThrow();
  await arrived.promise;
  abort.abort();
  await pending;
  await failed.promise;
  await server.close();
});

test('serves HTTPS and resets TLS connections', async () => {
  await using server = await startHttpServer({ script: respond(204), tls: { pair: good } });
  await using broken = await startHttpServer({ script: reset(), tls: { pair: good } });
  expect(server.url).toMatch(/^https:/);
  expect((await requestOnce(server.url, { ca: ca.cert })).status).toBe(204);
  expect(server.requests[0]?.tls).toMatchObject({ version: 'TLSv1.3', clientName: undefined });
  await expect(requestOnce(broken.url, { ca: ca.cert })).rejects.toMatchObject({
    code: 'ECONNRESET',
    syscall: 'read',
  });
});

test('limits the TLS version', async () => {
  const tls = { pair: good, maxVersion: 'TLSv1.2' } as const;
  await using server = await startHttpServer({ script: respond(200), tls });
  await requestOnce(server.url, { ca: ca.cert });
  expect(server.requests[0]?.tls?.version).toBe('TLSv1.2');
  await expect(requestOnce(server.url, { ca: ca.cert, minVersion: 'TLSv1.3' })).rejects.toThrow(
    'alert protocol version',
  );
});

test('accepts only clients with a certificate of the CA with mTLS', async () => {
  const tls = { pair: good, requestCert: true, ca: ca.cert };
  await using server = await startHttpServer({ script: respond(200), tls });
  const identity = { ca: ca.cert, cert: client.cert, key: client.key };
  expect((await requestOnce(server.url, identity)).status).toBe(200);
  expect(server.requests[0]?.tls?.clientName).toBe('testkit client');
  await expect(requestOnce(server.url, { ca: ca.cert })).rejects.toThrow();
  expect(server.requests).toHaveLength(1);
});

test('selects the certificate by SNI', async () => {
  const tls = { pair: good, sni: { 'other.example': wrongName } };
  await using server = await startHttpServer({ script: respond(200), tls });
  const nameFor = async (servername: string) => {
    const options = { port: server.port, host: '127.0.0.1', servername, ca: ca.cert };
    const socket = connect(options);
    await once(socket, 'secureConnect');
    const { subject } = socket.getPeerCertificate();
    socket.destroy();
    return subject.CN;
  };
  expect(await nameFor('localhost')).toBe('localhost');
  expect(await nameFor('other.example')).toBe('other.example');
});
