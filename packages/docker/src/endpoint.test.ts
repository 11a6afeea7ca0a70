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
    ['/var/run/docker.sock', 'is not a valid daemon address'],
    ['ftp://x', 'has the unknown scheme ftp'],
    ['tcp://a b', 'is not a valid host and port'],
    ['tcp://host:1/path', 'contains more than host and port'],
    ['tcp://user@host:1', 'contains more than host and port'],
  ])('rejects %s', (given, problem) => {
    expect(() => dockerHost().parse(given)).toThrow(problem);
  });

  test('is described in messages', () => {
    expect(
      ['unix:///a', 'tcp://[::1]:5', 'ssh://me@b'].map((host) =>
        describeEndpoint(dockerHost().parse(host)),
      ),
    ).toEqual(['/a', '::1:5', 'docker --host ssh://me@b system dial-stdio']);
  });
});

describe('findEndpoint', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'docker-config-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const UNSET = { host: undefined, context: '', tlsCa: '', tlsCert: '', tlsKey: '' };
  const variables = (given: Record<string, string>) => (name: string) =>
    ({ DOCKER_CONFIG: folder, ...given })[name] ?? '';

  test('returns the default socket without settings and for the default context', async () => {
    expect(await findEndpoint(UNSET, variables({}))).toBe(DEFAULT_ENDPOINT);
    expect(
      await findEndpoint({ ...UNSET, context: 'default' }, variables({ DOCKER_HOST: 'tcp://x' })),
    ).toBe(DEFAULT_ENDPOINT);
  });

  test('prefers inputs to the environment and the environment to the CLI configuration', async () => {
    await writeFile(join(folder, 'config.json'), '{"currentContext": "configured"}');
    const host = dockerHost().parse('tcp://given:1');
    const env = { DOCKER_HOST: 'tcp://named:2', DOCKER_CONTEXT: 'chosen' };
    expect(await findEndpoint({ ...UNSET, host }, variables(env))).toEqual(host);
    expect(await findEndpoint({ ...UNSET, context: 'far' }, variables(env))).toEqual(
      contextEndpoint('far'),
    );
    expect(await findEndpoint(UNSET, variables(env))).toMatchObject({ host: 'named' });
    expect(await findEndpoint(UNSET, variables({ DOCKER_CONTEXT: 'chosen' }))).toEqual(
      contextEndpoint('chosen'),
    );
    expect(await findEndpoint(UNSET, variables({}))).toEqual(contextEndpoint('configured'));
  });

  test('reads TLS files from inputs, or from DOCKER_CERT_PATH with DOCKER_TLS_VERIFY', async () => {
    for (const name of ['ca', 'cert', 'key']) await writeFile(join(folder, `${name}.pem`), name);
    const host = dockerHost().parse('tcp://far:1');
    const given = { ...UNSET, host, tlsCa: join(folder, 'ca.pem') };
    expect(await findEndpoint(given, variables({}))).toMatchObject({ tls: { ca: 'ca' } });
    const env = { DOCKER_HOST: 'tcp://far:1', DOCKER_TLS_VERIFY: '1' };
    expect(await findEndpoint(UNSET, variables(env))).toMatchObject({
      tls: { ca: 'ca', cert: 'cert', key: 'key' },
    });
    expect(await findEndpoint(UNSET, variables({ DOCKER_HOST: 'tcp://far:1' }))).not.toHaveProperty(
      'tls',
    );
  });

  test('rejects an unreadable TLS file and an invalid DOCKER_HOST as input errors', async () => {
    const host = dockerHost().parse('tcp://far:1');
    await expect(
      findEndpoint({ ...UNSET, host, tlsKey: '/no/key' }, variables({})),
    ).rejects.toThrow(/tls-key: "\/no\/key" cannot be read \(ENOENT\)/);
    const wrong = findEndpoint(UNSET, variables({ DOCKER_HOST: 'docker.sock' }));
    await expect(wrong).rejects.toThrow(InputError);
    await expect(wrong).rejects.toThrow(/DOCKER_HOST: "docker.sock" is not a valid daemon address/);
  });
});
