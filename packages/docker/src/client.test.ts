import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type ConnectOptions, connectDocker } from './client.ts';
import type { Endpoint } from './endpoint.ts';
import { DaemonError, DaemonUnreachable } from './errors.ts';
import { requestJson, requestOptional, requestRemoval } from './requests.ts';
import { getDaemonInfo, pruneBuildCache } from './system.ts';

let cleanUps: (() => Promise<void>)[];
beforeEach(() => {
  cleanUps = [];
});
afterEach(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
});

/** Starts a daemon that answers `/_ping` and passes other requests to the listener. */
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

describe('API version', () => {
  test.each([
    ['1.41', '1.41'],
    ['1.24', '1.24'],
    ['1.99', '1.51'],
    ['2.0', '1.51'],
  ])('for a daemon with %s is %s and part of the request path', async (offered, agreed) => {
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

  test('rejects a server that does not send one', async () => {
    const endpoint = await daemon(() => {}, '');
    await expect(connectDocker(endpoint)).rejects.toThrow(/is not a Docker daemon/);
  });
});

test('reads the clock of the daemon from the Date header', async () => {
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

describe('responses', () => {
  const respondWith = (status: number, body = '') =>
    connected((_, response) => {
      response.writeHead(status);
      response.end(body);
    });

  test('treats 404 as missing for lookups and removals', async () => {
    using docker = await respondWith(404, '{"message": "No such container"}');
    expect(await requestOptional(docker, { path: '/x' })).toBeUndefined();
    expect(await requestRemoval(docker, { path: '/x' })).toEqual({ kind: 'missing' });
    await expect(requestJson(docker, { path: '/x' })).rejects.toThrow(/GET \/x: .*404: No such/);
  });

  test.each([409, 403])(
    'reports a removal with status %d as a conflict with its message',
    async (status) => {
      using docker = await respondWith(status, '{"message": "in use"}');
      expect(await requestRemoval(docker, { path: '/x' })).toEqual({
        kind: 'conflict',
        message: 'in use',
      });
    },
  );

  test('throws other statuses with the message of the daemon, escape sequences removed', async () => {
    using docker = await respondWith(500, '{"message": "no \\u001b[31mroom\\n::error::x"}');
    const failure = await requestRemoval(docker, { path: '/x' }).catch((error) => error);
    expect(failure).toBeInstanceOf(DaemonError);
    expect(failure.status).toBe(500);
    expect(failure.message).toBe('DELETE /x: the Docker daemon answered 500: no room ::error::x');
  });

  test('reports only the status if the error has no message', async () => {
    using docker = await respondWith(404, '');
    await expect(requestJson(docker, { path: '/x' })).rejects.toThrow(
      /^GET \/x: the Docker daemon answered 404$/,
    );
  });

  test('suggests the TLS inputs when plain HTTP reaches a TLS port', async () => {
    using docker = await respondWith(400, 'Client sent an HTTP request to an HTTPS server.');
    const failure: unknown = await requestJson(docker, { path: '/x' }).catch((error) => error);
    expect((failure as DaemonError).remedy).toContain('Set tls-ca');
  });

  test('returns undefined for an empty body and rejects a body that is not JSON', async () => {
    using empty = await respondWith(204);
    expect(await requestRemoval(empty, { path: '/x' })).toEqual({
      kind: 'removed',
      body: undefined,
    });
    using page = await respondWith(200, '<html>');
    await expect(requestJson(page, { path: '/x' })).rejects.toThrow(/is not valid JSON/);
  });

  test('rejects a response that is too long', async () => {
    using docker = await respondWith(200, 'x'.repeat(100_000));
    await expect(docker.request({ path: '/x', maxBytes: 99_999 })).rejects.toThrow(
      /longer than 99999/,
    );
  });

  test('sends an object as JSON and bytes unchanged', async () => {
    using docker = await connected((request, response) => request.pipe(response));
    const json = await docker.request({ method: 'POST', path: '/x', body: { a: 1 } });
    expect(json.body.toString()).toBe('{"a":1}');
    const bytes = await docker.request({ method: 'POST', path: '/x', body: Buffer.from('tar') });
    expect(bytes.body.toString()).toBe('tar');
  });
});

describe('an unreachable daemon', () => {
  test.each([
    [{ kind: 'socket', path: '/no/such.sock' }, /Start Docker on this machine/],
    [{ kind: 'tcp', host: '127.0.0.1', port: 1 }, /Start the daemon on that host/],
    [{ kind: 'command', argv: ['no-such-program'] }, /Install the docker CLI/],
  ] satisfies [Endpoint, RegExp][])('%j has a remedy', async (endpoint, remedy) => {
    const failure = await connectDocker(endpoint).catch((error) => error);
    expect(failure).toBeInstanceOf(DaemonUnreachable);
    expect(failure.remedy).toMatch(remedy);
  });

  test('reports the exit code and standard error of the command', async () => {
    const argv = ['sh', '-c', 'echo Permission denied >&2; exit 255'] as const;
    const failure = await connectDocker({ kind: 'command', argv: [...argv] }).catch(
      (error) => error,
    );
    expect(failure.cause.message).toContain('sh exited with 255: Permission denied');
  });

  test('times out without a response and with an incomplete response', async () => {
    using silent = await connected(() => {});
    await expect(silent.request({ path: '/x', timeoutMs: 50 })).rejects.toMatchObject({
      cause: { code: 'ETIMEDOUT', message: 'no response within 50 ms' },
    });
    using half = await connected((_, response) => {
      response.writeHead(200, { 'content-length': 10 });
      response.write('half');
    });
    await expect(half.request({ path: '/x', timeoutMs: 50 })).rejects.toMatchObject({
      cause: { code: 'ETIMEDOUT' },
    });
  });

  test('aborts a request immediately with the reason of the signal', async () => {
    const controller = new AbortController();
    using docker = await connected(() => controller.abort(new Error('enough')), {
      signal: controller.signal,
    });
    await expect(docker.request({ path: '/x' })).rejects.toThrow('enough');
    await expect(docker.request({ path: '/x' })).rejects.toThrow('enough');
  });

  test('retries a request on a kept-alive connection that the daemon closed', async () => {
    let count = 0;
    using docker = await connected((request, response) => {
      count++;
      // Simulates a connection closed while the request is being sent.
      if (count === 2) return request.socket.resetAndDestroy();
      response.end('{}');
    });
    await docker.request({ path: '/first' });
    expect((await docker.request({ path: '/second' })).status).toBe(200);
    expect(count).toBe(3);
  });
});

test('connects through a unix socket', async () => {
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

test('limits the number of commands that run at the same time', async () => {
  // Each response waits for eight requests, which need eight connections.
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

test('keeps the clock of the daemon when the local clock changes', async () => {
  using docker = await connected((_, response) => response.end('{}'));
  const before = docker.now();
  const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 86_400_000);
  try {
    expect(docker.now() - before).toBeLessThan(60_000);
  } finally {
    clock.mockRestore();
  }
});

test('does not prune the build cache of a daemon without the age filter', async () => {
  const paths: string[] = [];
  const endpoint = await daemon((request, response) => {
    paths.push(request.url ?? '');
    response.end('{"SpaceReclaimed": 7}');
  }, '1.38');
  using docker = await connectDocker(endpoint);
  await expect(pruneBuildCache(docker, 60_000)).rejects.toThrow(/would remove all build cache/);
  expect(paths).toEqual([]);
});

test('identifies Podman by name and root folder because its ID changes', async () => {
  let id = 0;
  const info = { Name: 'ci', DockerRootDir: '/data', BuildahVersion: '1.28.2' };
  using docker = await connected((_, response) => {
    response.end(JSON.stringify({ ...info, ID: `uuid-${id++}` }));
  });
  expect((await getDaemonInfo(docker)).id).toBe((await getDaemonInfo(docker)).id);
});
