import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '@repo/core/errors/input-error';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { contextEndpoint, DEFAULT_ENDPOINT, describeEndpoint, dockerHost } from './endpoint.ts';
import { findEndpoint } from './find-endpoint.ts';

describe('DOCKER_HOST', () => {
  test.each([
    ['unix:///run/docker.sock', { kind: 'socket', path: '/run/docker.sock' }],
    ['npipe:////./pipe/docker_engine', { kind: 'socket', path: '//./pipe/docker_engine' }],
    ['tcp://10.0.0.1:2376', { kind: 'tcp', host: '10.0.0.1', port: 2376 }],
    ['tcp://builder', { kind: 'tcp', host: 'builder', port: 2375 }],
    ['tcp://builder:80', { kind: 'tcp', host: 'builder', port: 80 }],
    ['tcp://[::1]:2375/', { kind: 'tcp', host: '::1', port: 2375 }],
    ['https://builder', { kind: 'tcp', host: 'builder', port: 2376, tls: {} }],
    [
      'ssh://me@builder',
      { kind: 'command', argv: ['docker', '--host', 'ssh://me@builder', 'system', 'dial-stdio'] },
    ],
  ])('%s', (given, endpoint) => {
    expect(dockerHost().parse(given)).toEqual(endpoint);
  });

  test.each([
    ['/var/run/docker.sock', 'is not the address of a daemon'],
    ['ftp://x', 'has the unknown scheme ftp'],
    ['tcp://a b', 'has no host and port'],
    ['tcp://host:1/path', 'is more than host and port'],
    ['tcp://user@host:1', 'is more than host and port'],
  ])('%s is refused', (given, problem) => {
    expect(() => dockerHost().parse(given)).toThrow(problem);
  });

  test('messages name each', () => {
    expect(
      ['unix:///a', 'tcp://[::1]:5', 'ssh://me@b'].map((host) =>
        describeEndpoint(dockerHost().parse(host)),
      ),
    ).toEqual(['/a', '::1:5', 'docker --host ssh://me@b system dial-stdio']);
  });
});

describe('the daemon that is meant', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'docker-config-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const NOTHING = { host: undefined, context: '', tlsCa: '', tlsCert: '', tlsKey: '' };
  const variables = (given: Record<string, string>) => (name: string) =>
    ({ DOCKER_CONFIG: folder, ...given })[name] ?? '';

  test('is the default socket when nobody says otherwise, or says so', async () => {
    expect(await findEndpoint(NOTHING, variables({}))).toBe(DEFAULT_ENDPOINT);
    expect(
      await findEndpoint({ ...NOTHING, context: 'default' }, variables({ DOCKER_HOST: 'tcp://x' })),
    ).toBe(DEFAULT_ENDPOINT);
  });

  test('inputs come before the environment, that before the configuration of the CLI', async () => {
    await writeFile(join(folder, 'config.json'), '{"currentContext": "configured"}');
    const host = dockerHost().parse('tcp://given:1');
    const env = { DOCKER_HOST: 'tcp://named:2', DOCKER_CONTEXT: 'chosen' };
    expect(await findEndpoint({ ...NOTHING, host }, variables(env))).toEqual(host);
    expect(await findEndpoint({ ...NOTHING, context: 'far' }, variables(env))).toEqual(
      contextEndpoint('far'),
    );
    expect(await findEndpoint(NOTHING, variables(env))).toMatchObject({ host: 'named' });
    expect(await findEndpoint(NOTHING, variables({ DOCKER_CONTEXT: 'chosen' }))).toEqual(
      contextEndpoint('chosen'),
    );
    expect(await findEndpoint(NOTHING, variables({}))).toEqual(contextEndpoint('configured'));
  });

  test('TLS: from inputs, or from DOCKER_CERT_PATH when DOCKER_TLS_VERIFY is set', async () => {
    for (const name of ['ca', 'cert', 'key']) await writeFile(join(folder, `${name}.pem`), name);
    const host = dockerHost().parse('tcp://far:1');
    const given = { ...NOTHING, host, tlsCa: join(folder, 'ca.pem') };
    expect(await findEndpoint(given, variables({}))).toMatchObject({ tls: { ca: 'ca' } });
    const env = { DOCKER_HOST: 'tcp://far:1', DOCKER_TLS_VERIFY: '1' };
    expect(await findEndpoint(NOTHING, variables(env))).toMatchObject({
      tls: { ca: 'ca', cert: 'cert', key: 'key' },
    });
    expect(
      await findEndpoint(NOTHING, variables({ DOCKER_HOST: 'tcp://far:1' })),
    ).not.toHaveProperty('tls');
  });

  test('what cannot be read, and a DOCKER_HOST that is none, are the user’s mistakes', async () => {
    const host = dockerHost().parse('tcp://far:1');
    await expect(
      findEndpoint({ ...NOTHING, host, tlsKey: '/no/key' }, variables({})),
    ).rejects.toThrow(/tls-key: "\/no\/key" cannot be read \(ENOENT\)/);
    const wrong = findEndpoint(NOTHING, variables({ DOCKER_HOST: 'docker.sock' }));
    await expect(wrong).rejects.toThrow(InputError);
    await expect(wrong).rejects.toThrow(/DOCKER_HOST: "docker.sock" is not the address/);
  });
});
