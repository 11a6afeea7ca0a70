import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runConfigured } from '@repo/checks/testing/run-configured';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { docker } from './docker.ts';

// A fake daemon; test/real/health-check-docker.test.ts uses a real one.
let folder = '';
let socket = '';
let server: Server;
let answers: Readonly<Record<string, unknown>> = {};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'docker-'));
  socket = join(folder, 'docker.sock');
  server = createServer((request, response) => {
    response.setHeader('api-version', '1.47').setHeader('date', 'Fri, 20 Nov 2026 18:00:00 GMT');
    if (request.url === '/_ping') return response.end('OK');
    const path = request.url?.replace(/^\/v[\d.]+\/containers\/|\?.*$/g, '') ?? '';
    const answer = answers[path];
    if (answer === 'never') return;
    response.statusCode = answer === undefined ? 404 : 200;
    response.end(JSON.stringify(answer ?? { message: 'No such container' }));
  }).listen(socket);
  await once(server, 'listening');
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

function look(expect?: readonly string[], timeoutMs = 5_000) {
  return runConfigured(
    docker,
    { container: 'app' },
    {
      machine: { variable: (name) => (name === 'DOCKER_HOST' ? `unix://${socket}` : '') },
      timeoutMs,
      ...(expect && { expect }),
    },
  );
}

function container(state: object, rest: object = {}) {
  const StartedAt = '2026-11-20T17:50:00.123456789Z';
  return {
    Id: 'abc',
    Name: '/app',
    RestartCount: 2,
    Config: { Image: 'app:1' },
    State: { Status: 'running', StartedAt, ExitCode: 0, ...state },
    ...rest,
  };
}

describe('a container', () => {
  test('has all facts; its age uses the clock of the daemon', async () => {
    answers = { 'app/json': container({ Health: { Status: 'healthy' } }) };
    expect(await look()).toMatchObject({ state: 'healthy' });
    const { reason } = await look([
      "state == 'running'",
      "health == 'healthy'",
      'restarts == 2',
      "image == 'app:1'",
      "age > duration('9m') && age < duration('10m1s')",
    ]);
    expect(reason).toBe('');
    expect(await look(['exitCode == 0'])).toMatchObject({
      reason: 'exitCode == 0: exitCode is not available',
    });
  });

  test.each([
    ['running', undefined, 'healthy'],
    ['running', 'healthy', 'healthy'],
    ['running', 'starting', 'unhealthy'],
    ['running', 'unhealthy', 'unhealthy'],
    ['paused', undefined, 'unhealthy'],
    ['restarting', undefined, 'unhealthy'],
    ['exited', undefined, 'unhealthy'],
    ['created', undefined, 'unhealthy'],
  ])('that is %s and %s is %s, without an expectation', async (Status, health, state) => {
    answers = {
      'app/json': container({ Status, ...(health && { Health: { Status: health } }) }),
    };
    expect(await look()).toMatchObject({ state });
  });

  test('that is unhealthy has its health check and exit code as evidence, without secrets', async () => {
    answers = {
      'app/json': container({
        Status: 'exited',
        ExitCode: 137,
        OOMKilled: true,
        Health: { Status: 'unhealthy', Log: [{ Output: 'redis://:hidden@db refused\n' }] },
      }),
    };
    expect((await look()).evidence).toEqual([
      { title: 'state', lines: ['exit code 137, killed: out of memory'] },
      { title: 'last health check', lines: ['redis://***@db refused'] },
    ]);
  });

  test('that does not exist is unhealthy', async () => {
    answers = {};
    expect(await look()).toMatchObject({
      state: 'unhealthy',
      reason: 'container app does not exist',
    });
  });
});

test('a daemon that times out or is missing is unknown', async () => {
  answers = { 'app/json': 'never' };
  expect(await look(undefined, 100)).toMatchObject({ state: 'unknown' });
  socket = join(folder, 'gone.sock');
  const { state, reason } = await look();
  expect(state).toBe('unknown');
  expect(reason).toContain('gone.sock');
});

test('an invalid DOCKER_HOST is an error', async () => {
  const machine = { variable: (name: string) => (name === 'DOCKER_HOST' ? 'invalid' : '') };
  await expect(runConfigured(docker, { container: 'app' }, { machine })).rejects.toThrow(
    /DOCKER_HOST/,
  );
});

test.each([{}, { container: '' }, { container: 'a', host: 'x' }, { container: 'a', image: 'b' }])(
  'rejects %j',
  async (options) => {
    await expect(runConfigured(docker, options)).rejects.toThrow();
  },
);
