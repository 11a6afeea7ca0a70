import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certificates } from '@repo/testkit/certificates/certificates';
import { echo, respond } from '@repo/testkit/faults/answers';
import type { Behaviour, Connection } from '@repo/testkit/faults/behaviour';
import {
  closeSilently,
  garbage,
  hang,
  hangAfterHeaders,
  reset,
  wrongContentLength,
} from '@repo/testkit/faults/breaks';
import { dripBody, dripHeaders, gate } from '@repo/testkit/faults/delays';
import { endlessBody, endlessHeaders } from '@repo/testkit/faults/floods';
import { type HttpServerOptions, startHttpServer } from '@repo/testkit/faults/http-server';
import { startTcpServer } from '@repo/testkit/faults/tcp-server';
import { blackhole, closedPort } from '@repo/testkit/faults/unreachable';
import { describe, expect, it } from 'vitest';
import type { PhaseTimings } from './failure.ts';
import { type HttpRequest, requestOnce } from './http.ts';
import { createRequest } from './testing/create-request.ts';

const { ca, good, expired, selfSigned, client } = certificates();

async function ask(script: HttpServerOptions['script'], change: Partial<HttpRequest> = {}) {
  await using server = await startHttpServer({ script });
  return await requestOnce(createRequest(server.url, change));
}

/** An answer in raw bytes. */
function raw(text: string): Behaviour<Connection> {
  return ({ socket }) => {
    socket.once('data', () => socket.end(text, 'latin1'));
  };
}

async function askRaw(text: string, change: Partial<HttpRequest> = {}) {
  await using server = await startTcpServer({ script: raw(text) });
  return await requestOnce(createRequest(`http://127.0.0.1:${server.port}`, change));
}

function expectSane({ total, ...parts }: PhaseTimings): void {
  const values = Object.values(parts);
  for (const value of values) expect(value).toBeGreaterThanOrEqual(0);
  expect(values.reduce((sum, value) => sum + value, 0)).toBeLessThanOrEqual(total);
}

describe('the response', () => {
  it('has its status, headers, body and address', async () => {
    const headers = { 'Content-Type': 'text/plain', 'Set-Cookie': ['a=1', 'b=2'] };
    const attempt = await ask(respond(201, { headers, body: 'grün' }));
    expect(attempt).toMatchObject({
      ok: true,
      response: {
        status: 201,
        statusText: 'Created',
        headers: { 'content-type': 'text/plain', 'set-cookie': 'a=1, b=2', connection: 'close' },
        truncated: false,
        size: 5,
        httpVersion: '1.1',
        address: '127.0.0.1',
      },
    });
    expect(attempt.ok && attempt.response.body.toString()).toBe('grün');
  });

  it('keeps header values raw, and names of object properties', async () => {
    const attempt = await askRaw(
      'HTTP/1.1 200 OK\r\n__proto__: p\r\nconstructor: c\r\nX: \x80::set-env\r\n\r\n',
    );
    const headers = attempt.ok ? attempt.response.headers : {};
    expect(Object.entries(headers)).toEqual([
      ['__proto__', 'p'],
      ['constructor', 'c'],
      ['x', '\x80::set-env'],
    ]);
    expect(headers.tostring).toBeUndefined();
  });

  it('is read from ::1', async () => {
    await using server = await startHttpServer({ host: '::1', script: respond(204) });
    const attempt = await requestOnce(createRequest(server.url));
    expect(attempt).toMatchObject({ ok: true, response: { status: 204, address: '::1', size: 0 } });
    expect(server.requests[0]?.headers.host).toBe(`[::1]:${server.port}`);
  });

  it('can end with the connection', async () => {
    const attempt = await askRaw('HTTP/1.0 200 OK\r\n\r\nall of it');
    expect(attempt.ok && attempt.response.body.toString()).toBe('all of it');
    expect(attempt.ok && attempt.response.httpVersion).toBe('1.0');
  });

  it('has no body for HEAD', async () => {
    const attempt = await ask(respond(200, { headers: { 'content-length': 1000 } }), {
      method: 'HEAD',
    });
    expect(attempt).toMatchObject({ ok: true, response: { size: 0, truncated: false } });
  });

  it('can switch protocols', async () => {
    const attempt = await askRaw(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n\x81\x00',
      { headers: { Connection: 'upgrade', Upgrade: 'websocket' } },
    );
    expect(attempt).toMatchObject({
      ok: true,
      response: { status: 101, headers: { upgrade: 'websocket' }, size: 0 },
    });
  });

  it('can arrive before the request is complete', async () => {
    await using server = await startTcpServer({
      script: raw('HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno'),
    });
    const body = new Uint8Array(100_000);
    const url = `http://127.0.0.1:${server.port}`;
    const attempt = await requestOnce(createRequest(url, { method: 'POST', body }));
    expect(attempt).toMatchObject({ ok: true, response: { status: 413, size: 2 } });
  });
});

describe('the request', () => {
  async function echoed(path: string, change: Partial<HttpRequest>) {
    await using server = await startHttpServer({ script: echo() });
    const { port } = server;
    const attempt = await requestOnce(createRequest(`http://127.0.0.1:${port}${path}`, change));
    if (!attempt.ok) throw new Error(attempt.failure.message);
    return { port, ...JSON.parse(attempt.response.body.toString()) };
  }

  it('has default headers', async () => {
    const { port, ...request } = await echoed('/a/b?c=d#e', {});
    expect(request).toEqual({
      method: 'GET',
      url: '/a/b?c=d',
      headers: {
        host: `127.0.0.1:${port}`,
        connection: 'close',
        accept: '*/*',
        'accept-encoding': 'gzip, deflate, br',
      },
      body: '',
    });
  });

  it('sends the given headers and body', async () => {
    const { headers, method, body } = await echoed('/', {
      method: 'PUT',
      body: 'grün',
      headers: { HOST: 'shop.example', accept: 'text/plain', 'X-Mine': '1' },
    });
    expect({ method, body }).toEqual({ method: 'PUT', body: 'grün' });
    expect(headers).toMatchObject({
      host: 'shop.example',
      accept: 'text/plain',
      'x-mine': '1',
      'content-length': '5',
    });
  });

  it('sends a content length with the body of a GET', async () => {
    expect(await echoed('/', { body: 'query' })).toMatchObject({
      body: 'query',
      headers: { 'content-length': '5' },
    });
  });

  it('sends the credentials of the URL as a header', async () => {
    await using server = await startHttpServer({ script: respond(204) });
    await requestOnce(createRequest(`http://me:p%40ss@127.0.0.1:${server.port}`));
    const expected = Buffer.from('me:p@ss').toString('base64');
    expect(server.requests[0]?.headers.authorization).toBe(`Basic ${expected}`);
  });

  it('uses a Unix socket', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'probe-'));
    const onWindows = process.platform === 'win32';
    const socketPath = onWindows ? `\\\\.\\pipe\\${folder.slice(3)}` : join(folder, 'app.sock');
    const server = createServer(({ headers }, response) => response.end(headers.host));
    await new Promise<void>((resolve) => server.listen(socketPath, resolve));
    const attempt = await requestOnce(createRequest('http://localhost/', { socketPath }));
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true });
    expect(attempt).toMatchObject({ ok: true, response: { address: socketPath } });
    expect(attempt.ok && attempt.response.body.toString()).toBe('localhost');
    expect(attempt.phases).not.toHaveProperty('dns');
    expect(await requestOnce(createRequest('http://localhost/', { socketPath }))).toMatchObject({
      failure: { phase: 'connect', kind: 'local', code: 'ENOENT' },
    });
  });

  it('fails locally if it is invalid', async () => {
    expect(await ask(respond(200), { headers: { 'x-secret': 'a\nb' } })).toMatchObject({
      ok: false,
      failure: {
        phase: 'request',
        kind: 'local',
        message: expect.not.stringContaining('a\nb'),
      },
    });
  });
});

describe('the phases', () => {
  it('are in total not longer than the attempt', async () => {
    const { phases } = await ask(respond(200, { body: 'x'.repeat(100_000) }), {
      resolved: { host: 'a', addresses: [{ address: '127.0.0.1', family: 4 }], ms: 12.5 },
    });
    expect(Object.keys(phases).sort()).toEqual(['connect', 'dns', 'firstByte', 'total']);
    expect(phases.dns).toBe(12.5);
    expectSane(phases);
  });

  it('include TLS with https', async () => {
    await using server = await startHttpServer({ script: respond(200), tls: { pair: good } });
    const { phases } = await requestOnce(createRequest(server.url, { tls: { ca: ca.cert } }));
    expect(Object.keys(phases).sort()).toEqual(['connect', 'dns', 'firstByte', 'tls', 'total']);
    expectSane(phases);
  });

  it('assign each delay to its phase', async () => {
    const late = await ask(({ response }) => void setTimeout(() => response.end('late'), 60));
    expect(late.phases.firstByte).toBeGreaterThan(50);
    const slow = await ask(({ response }) => {
      response.flushHeaders();
      setTimeout(() => response.end('slow'), 60);
    });
    expect(slow.phases.total - (slow.phases.firstByte ?? 0)).toBeGreaterThan(50);
  });
});

describe('failures', () => {
  it.each([
    ['a reset', reset(), 'first-byte', 'reset'],
    ['a close', closeSilently(), 'first-byte', 'closed'],
    ['a response that is not HTTP', garbage(), 'body', 'protocol'],
    ['endless headers', endlessHeaders(), 'body', 'protocol'],
    ['an incomplete body', wrongContentLength(), 'body', 'closed'],
  ] as const)('reports %s', async (_, script, phase, kind) => {
    const attempt = await ask(script);
    expect(attempt).toMatchObject({ ok: false, address: '127.0.0.1', failure: { phase, kind } });
    expectSane(attempt.phases);
  });

  it.each([
    ['incomplete headers', 'HTTP/1.1 200 OK\r\nA: b', 'closed'],
    ['an invalid chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz', 'protocol'],
    [
      'two lengths',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
      'protocol',
    ],
  ])('reports %s', async (_, text, kind) => {
    expect(await askRaw(text)).toMatchObject({ ok: false, failure: { phase: 'body', kind } });
  });

  it('reports a refused connection with host and port', async () => {
    const port = await closedPort();
    const { message } = failureOf(await requestOnce(createRequest(`http://127.0.0.1:${port}`)));
    expect(message).toBe(`connection refused by 127.0.0.1:${port}`);
    const named = {
      ...createRequest(`http://127.0.0.1:${port}`),
      url: new URL(`http://shop.example:${port}`),
    };
    expect(failureOf(await requestOnce(named)).message).toBe(
      `connection refused by shop.example:${port} (127.0.0.1)`,
    );
  });

  it('escapes untrusted text', async () => {
    const hostile = 'HTTP/1.1 200 OK\r\n\x1b[31m::set-env name=x::y: z\r\n\r\n';
    const failure = failureOf(await askRaw(hostile));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be there
    expect(failure.message).not.toMatch(/[\u0000-\u001f]|^::/);
  });

  it.concurrent.each([
    ['a response', hang(), 'first-byte', 'waiting for the first byte from'],
    [
      'the end of the headers',
      dripHeaders({ intervalMs: 5 }, 200, { headers: { 'x-long': 'x'.repeat(1_000) } }),
      'body',
      'reading the response from',
    ],
    ['a body', hangAfterHeaders(), 'body', 'reading the response from'],
    [
      'the end of a body',
      dripBody({ intervalMs: 5 }, 200, { body: 'x'.repeat(10_000) }),
      'body',
      'reading the response from',
    ],
  ] as const)('gives up waiting for %s', async (_, script, phase, doing) => {
    const attempt = await ask(script, { timeoutMs: 500 });
    const failure = failureOf(attempt);
    expect(failure).toMatchObject({ phase, kind: 'timeout' });
    expect(failure.message).toMatch(
      new RegExp(`^timed out after 500ms while ${doing} 127\\.0\\.0\\.1:\\d+$`),
    );
    expect(attempt.phases.total).toBeLessThan(2_000);
    expectSane(attempt.phases);
  });

  it('times out with a server that does not read', async () => {
    await using server = await startTcpServer({ script: ({ socket }) => void socket.pause() });
    const url = `http://127.0.0.1:${server.port}`;
    const body = new Uint8Array(32 * 1_048_576);
    const attempt = await requestOnce(createRequest(url, { method: 'POST', body, timeoutMs: 300 }));
    expect(failureOf(attempt)).toMatchObject({ phase: 'request', kind: 'timeout' });
  });

  it('truncates an endless body', async () => {
    expect(await ask(endlessBody(), { maxBodyBytes: 100_000 })).toMatchObject({
      ok: true,
      response: { truncated: true, size: 100_000 },
    });
  });
});

describe('certificates', () => {
  async function askTls(tls: HttpServerOptions['tls'] & object, change: Partial<HttpRequest> = {}) {
    await using server = await startHttpServer({ script: respond(200), tls });
    const attempt = await requestOnce(
      createRequest(server.url, { tls: { ca: ca.cert }, ...change }),
    );
    return { attempt, requests: server.requests };
  }

  it('are part of the response', async () => {
    const { attempt } = await askTls({ pair: good });
    expect(attempt).toMatchObject({ ok: true, response: { certificate: { trusted: true } } });
  });

  it('without trust prevent the request', async () => {
    const { attempt, requests } = await askTls({ pair: expired });
    expect(attempt).toMatchObject({
      ok: false,
      failure: {
        phase: 'tls',
        kind: 'certificate-expired',
        message: expect.stringContaining('expired on 2021-01-01'),
      },
      certificate: { validTo: new Date('2021-01-01T00:00:00Z') },
    });
    expect(requests).toEqual([]);
  });

  it('without trust are reported with insecure', async () => {
    const { attempt } = await askTls({ pair: selfSigned }, { insecure: true });
    expect(attempt).toMatchObject({
      ok: true,
      response: { status: 200, certificate: { problems: [{ kind: 'certificate-self-signed' }] } },
    });
  });

  it('of the client are sent, and the server rejects a client without one', async () => {
    const server = { pair: good, requestCert: true, ca: ca.cert };
    const { cert, key } = client;
    const { attempt, requests } = await askTls(server, { tls: { ca: ca.cert, cert, key } });
    expect(attempt).toMatchObject({ ok: true });
    expect(requests[0]?.tls?.clientName).toBe('testkit client');
    const { attempt: bare } = await askTls(server);
    expect(failureOf(bare)).toMatchObject({ phase: 'tls', kind: 'tls-failed' });
  });
});

describe('abort', () => {
  async function aborted(url: string, begun: Promise<unknown>) {
    const controller = new AbortController();
    const attempt = requestOnce(
      createRequest(url, { signal: controller.signal, timeoutMs: 60_000, insecure: true }),
    );
    await begun;
    controller.abort();
    const { kind, phase } = failureOf(await attempt);
    expect(kind).toBe('aborted');
    return phase;
  }

  it.runIf(process.platform === 'linux')('ends connecting', async () => {
    await using hole = await blackhole();
    expect(await aborted(`http://127.0.0.1:${hole.port}`, Promise.resolve())).toBe('connect');
  });

  it('ends the TLS handshake', async () => {
    const hello = Promise.withResolvers<void>();
    const script = ({ socket }: Connection) => void socket.once('data', () => hello.resolve());
    await using server = await startTcpServer({ script });
    expect(await aborted(`https://127.0.0.1:${server.port}`, hello.promise)).toBe('tls');
  });

  it.each(['http', 'https'])('ends waiting for the first byte with %s', async (scheme) => {
    const script = gate(respond(200));
    const tls = scheme === 'https' ? { tls: { pair: good } } : {};
    await using server = await startHttpServer({ script, ...tls });
    expect(await aborted(server.url, script.reached)).toBe('first-byte');
  });

  it('before the attempt prevents the connection', async () => {
    await using server = await startHttpServer({ script: respond(200) });
    const request = createRequest(server.url, { signal: AbortSignal.abort() });
    expect(failureOf(await requestOnce(request)).kind).toBe('aborted');
    expect(server.connections).toBe(0);
  });
});

describe('after the attempt', () => {
  it.each(['http', 'https'])('closes the connection of a failed %s attempt', async (scheme) => {
    const closed = Promise.withResolvers<void>();
    const controller = new AbortController();
    await using server = await startHttpServer({
      script: ({ signal }) => {
        signal.addEventListener('abort', () => closed.resolve());
        controller.abort();
      },
      ...(scheme === 'https' && { tls: { pair: good } }),
    });
    await requestOnce(createRequest(server.url, { signal: controller.signal, insecure: true }));
    await closed.promise;
  });

  it('leaves no connection, timer or listener', async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const counting = Object.assign(signal, {
      addEventListener: (...args: Parameters<AbortSignal['addEventListener']>) => {
        listeners += 1;
        AbortSignal.prototype.addEventListener.apply(signal, args);
      },
      removeEventListener: (...args: Parameters<AbortSignal['removeEventListener']>) => {
        listeners -= 1;
        AbortSignal.prototype.removeEventListener.apply(signal, args);
      },
    });
    const timers = () =>
      process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    for (const script of [respond(200, { body: 'x' }), reset(), garbage(), endlessBody()]) {
      const closed = Promise.withResolvers<void>();
      await using server = await startHttpServer({
        script: (exchange) => {
          exchange.signal.addEventListener('abort', () => closed.resolve());
          return script(exchange);
        },
      });
      await requestOnce(
        createRequest(server.url, { signal: counting, timeoutMs: 60_000, maxBodyBytes: 10 }),
      );
      await closed.promise;
    }
    expect(listeners).toBe(0);
    expect(timers()).toBeLessThanOrEqual(before);
  });
});

function failureOf(attempt: Awaited<ReturnType<typeof requestOnce>>) {
  if (attempt.ok) throw new Error(`an answer: ${attempt.response.status}`);
  return attempt.failure;
}
