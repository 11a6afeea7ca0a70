import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { requestFound, requestJson, requestRemoval } from './answers.ts';
import { type ConnectOptions, connectDocker } from './client.ts';
import type { Endpoint } from './endpoint.ts';
import { DaemonError, DaemonUnreachable } from './errors.ts';
import { daemonInfo, pruneBuildCache } from './system.ts';

let cleanUps: (() => Promise<void>)[];
beforeEach(() => {
  cleanUps = [];
});
afterEach(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
});

/** A daemon that answers as told, and pings as a real one. */
async function daemon(listener: RequestListener, ping = '1.41', path?: string): Promise<Endpoint> {
  const server = createServer((request, response) => {
    if (request.url !== '/_ping') return listener(request, response);
    response.writeHead(200, ping === '' ? {} : { 'api-version': ping });
    response.end('OK');
  });
  await new Promise<void>((resolve) => {
    if (path) server.listen(path, resolve);
    else server.listen(0, '127.0.0.1', resolve);
  });
  cleanUps.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return path
    ? { kind: 'socket', path }
    : { kind: 'tcp', host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

const connected = async (listener: RequestListener, options?: ConnectOptions) =>
  connectDocker(await daemon(listener), options);

describe('the version', () => {
  test.each([
    ['1.41', '1.41'],
    ['1.24', '1.24'],
    ['1.99', '1.51'],
    ['2.0', '1.51'],
  ])('of a daemon that offers %s it is %s, and requests go below it', async (offered, agreed) => {
    const paths: string[] = [];
    const endpoint = await daemon((request, response) => {
      paths.push(request.url ?? '');
      response.end('{}');
    }, offered);
    using docker = await connectDocker(endpoint);
    expect(docker.apiVersion).toBe(agreed);
    await docker.request({
      path: '/info',
      query: { a: true, b: undefined, filters: { x: ['y'] } },
    });
    expect(paths).toEqual([`/v${agreed}/info?a=true&filters=%7B%22x%22%3A%5B%22y%22%5D%7D`]);
  });

  test('what answers without one is no daemon', async () => {
    const endpoint = await daemon(() => {}, '');
    await expect(connectDocker(endpoint)).rejects.toThrow(/is no Docker daemon/);
  });
});

test('the clock is that of the Date header', async () => {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'api-version': '1.41', date: 'Thu, 01 Jan 2026 00:00:00 GMT' });
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  using docker = await connectDocker({ kind: 'tcp', host: '127.0.0.1', port });
  expect(docker.now() - Date.UTC(2026, 0, 1)).toBeLessThan(60_000);
  expect(docker.now()).toBeGreaterThanOrEqual(Date.UTC(2026, 0, 1) - 1);
  await new Promise((resolve) => server.close(resolve));
});

describe('answers', () => {
  const say = (status: number, body = '') =>
    connected((_, response) => {
      response.writeHead(status);
      response.end(body);
    });

  test('404 is no error where something is looked for', async () => {
    using docker = await say(404, '{"message": "No such container"}');
    expect(await requestFound(docker, { path: '/x' })).toBeUndefined();
    expect(await requestRemoval(docker, { path: '/x' })).toEqual({ kind: 'missing' });
    await expect(requestJson(docker, { path: '/x' })).rejects.toThrow(/GET \/x: .*404: No such/);
  });

  test.each([409, 403])('%d keeps a removal from being done, and says why', async (status) => {
    using docker = await say(status, '{"message": "in use"}');
    expect(await requestRemoval(docker, { path: '/x' })).toEqual({
      kind: 'conflict',
      message: 'in use',
    });
  });

  test('others are errors, with the words of the daemon and without its escapes', async () => {
    using docker = await say(500, '{"message": "no \\u001b[31mroom\\n::error::x"}');
    const failure = await requestRemoval(docker, { path: '/x' }).catch((error) => error);
    expect(failure).toBeInstanceOf(DaemonError);
    expect(failure.status).toBe(500);
    expect(failure.message).toBe('DELETE /x: the Docker daemon answered 500: no room ::error::x');
  });

  test('one without a word is told by its status alone', async () => {
    using docker = await say(404, '');
    await expect(requestJson(docker, { path: '/x' })).rejects.toThrow(
      /^GET \/x: the Docker daemon answered 404$/,
    );
  });

  test('plain HTTP to a TLS port is told as such', async () => {
    using docker = await say(400, 'Client sent an HTTP request to an HTTPS server.');
    const failure: unknown = await requestJson(docker, { path: '/x' }).catch((error) => error);
    expect((failure as DaemonError).remedy).toContain('give tls-ca');
  });

  test('no body is nothing, a body that is no JSON an error', async () => {
    using empty = await say(204);
    expect(await requestRemoval(empty, { path: '/x' })).toEqual({
      kind: 'removed',
      body: undefined,
    });
    using page = await say(200, '<html>');
    await expect(requestJson(page, { path: '/x' })).rejects.toThrow(/is not JSON/);
  });

  test('one that is too long is not kept', async () => {
    using docker = await say(200, 'x'.repeat(100_000));
    await expect(docker.request({ path: '/x', maxBytes: 99_999 })).rejects.toThrow(
      /longer than 99999/,
    );
  });

  test('a body goes as JSON, bytes as they are', async () => {
    using docker = await connected((request, response) => request.pipe(response));
    const json = await docker.request({ method: 'POST', path: '/x', body: { a: 1 } });
    expect(json.body.toString()).toBe('{"a":1}');
    const bytes = await docker.request({ method: 'POST', path: '/x', body: Buffer.from('tar') });
    expect(bytes.body.toString()).toBe('tar');
  });
});

describe('a daemon that cannot be reached', () => {
  test.each([
    [{ kind: 'socket', path: '/no/such.sock' }, /Start Docker on this machine/],
    [{ kind: 'tcp', host: '127.0.0.1', port: 1 }, /Start the daemon there/],
    [{ kind: 'command', argv: ['no-such-program'] }, /Install the docker CLI/],
  ] satisfies [Endpoint, RegExp][])('%j has a remedy', async (endpoint, remedy) => {
    const failure = await connectDocker(endpoint).catch((error) => error);
    expect(failure).toBeInstanceOf(DaemonUnreachable);
    expect(failure.remedy).toMatch(remedy);
  });

  test('a program that ends says why', async () => {
    const argv = ['sh', '-c', 'echo Permission denied >&2; exit 255'] as const;
    const failure = await connectDocker({ kind: 'command', argv: [...argv] }).catch(
      (error) => error,
    );
    expect(failure.cause.message).toContain('sh ended with 255: Permission denied');
  });

  test('neither silence nor half an answer takes longer than allowed', async () => {
    using silent = await connected(() => {});
    await expect(silent.request({ path: '/x', timeoutMs: 50 })).rejects.toMatchObject({
      cause: { code: 'ETIMEDOUT', message: 'no answer within 50 ms' },
    });
    using half = await connected((_, response) => {
      response.writeHead(200, { 'content-length': 10 });
      response.write('half');
    });
    await expect(half.request({ path: '/x', timeoutMs: 50 })).rejects.toMatchObject({
      cause: { code: 'ETIMEDOUT' },
    });
  });

  test('a cancel ends a request at once, with its reason', async () => {
    const controller = new AbortController();
    using docker = await connected(() => controller.abort(new Error('enough')), {
      signal: controller.signal,
    });
    await expect(docker.request({ path: '/x' })).rejects.toThrow('enough');
    await expect(docker.request({ path: '/x' })).rejects.toThrow('enough');
  });

  test('a kept connection that the daemon closed is opened again', async () => {
    let count = 0;
    using docker = await connected((request, response) => {
      count++;
      // As if it had closed the connection while the request was under way.
      if (count === 2) return request.socket.resetAndDestroy();
      response.end('{}');
    });
    await docker.request({ path: '/first' });
    expect((await docker.request({ path: '/second' })).status).toBe(200);
    expect(count).toBe(3);
  });
});

test('a unix socket leads to the daemon', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'docker-client-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  const endpoint = await daemon(
    (_, response) => response.end('{"a": 1}'),
    '1.41',
    join(folder, 'd.sock'),
  );
  using docker = await connectDocker(endpoint);
  expect(await requestJson(docker, { path: '/x' })).toEqual({ a: 1 });
});

test('however many requests, an SSH server is not asked for more logins than it takes', async () => {
  // All wait for each other, so that each has a connection of its own.
  const held: (() => void)[] = [];
  const endpoint = (await daemon((_, response) => {
    held.push(() => response.end('{}'));
    if (held.length === 8) for (const answer of held.splice(0)) answer();
  })) as Endpoint & { kind: 'tcp' };
  const program = `
    const socket = require('node:net').connect(${endpoint.port}, '127.0.0.1');
    process.stdin.pipe(socket).pipe(process.stdout);`;
  const argv = ['sh', '-c', 'echo login >> "$2"; exec "$0" -e "$1"'] as const;
  const folder = await mkdtemp(join(tmpdir(), 'docker-client-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  const log = join(folder, 'logins');
  using docker = await connectDocker(
    { kind: 'command', argv: [...argv, process.execPath, program, log] },
    { connections: 64 },
  );
  await Promise.all(Array.from({ length: 16 }, () => docker.request({ path: '/x' })));
  const logins = (await readFile(log, 'utf8')).trim().split('\n').length;
  expect(logins).toBe(8);
});

test('a jump of our own clock does not move that of the daemon', async () => {
  using docker = await connected((_, response) => response.end('{}'));
  const before = docker.now();
  const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 86_400_000);
  try {
    expect(docker.now() - before).toBeLessThan(60_000);
  } finally {
    clock.mockRestore();
  }
});

test('build cache is left to a daemon that would mind no age', async () => {
  const asked: string[] = [];
  const endpoint = await daemon((request, response) => {
    asked.push(request.url ?? '');
    response.end('{"SpaceReclaimed": 7}');
  }, '1.38');
  using docker = await connectDocker(endpoint);
  await expect(pruneBuildCache(docker, 60_000)).rejects.toThrow(/would remove all build cache/);
  expect(asked).toEqual([]);
});

test('Podman, which makes up an ID for each answer, is known by its name and folder', async () => {
  let id = 0;
  const info = { Name: 'ci', DockerRootDir: '/data', BuildahVersion: '1.28.2' };
  using docker = await connected((_, response) => {
    response.end(JSON.stringify({ ...info, ID: `uuid-${id++}` }));
  });
  expect((await daemonInfo(docker)).id).toBe((await daemonInfo(docker)).id);
});
