import { InputError } from '@repo/core/errors/input-error';
import { describe, expect, test } from 'vitest';
import { parseComposeFile } from './compose-file.ts';

const read = (text: string) => parseComposeFile(text, 'compose.yml', '/srv/shop/compose.yml');
const mounts = (volumes: string, top = '') =>
  read(`services:\n  web:\n    volumes:\n${volumes}\n${top}`).services[0]?.mounts;

describe('a compose file', () => {
  test('reads services with their lines and labels, in both forms', () => {
    const { services } = read(`
services:
  web:
    image: app
    labels: [environment=testing, flag, "a=b=c"]
  api:
    build:
      context: .
      labels: {environment: testing, empty: , number: 7}
  plain: {build: .}
`);
    expect(services.map(({ name, line }) => [name, line])).toEqual([
      ['web', 3],
      ['api', 6],
      ['plain', 10],
    ]);
    expect([...(services[0]?.labels ?? [])]).toEqual([
      ['environment', 'testing'],
      ['flag', ''],
      ['a', 'b=c'],
    ]);
    expect(services[0]?.buildLabels).toBeUndefined();
    expect([...(services[1]?.buildLabels ?? [])]).toEqual([
      ['environment', 'testing'],
      ['empty', ''],
      ['number', '7'],
    ]);
    expect(services[2]?.buildLabels?.size).toBe(0);
  });

  test('reads volumes and networks, without external ones', () => {
    const { resources } = read(`
services: {web: {image: app, networks: [front]}}
volumes:
  data: {labels: {a: b}}
  cache:
  old: {external: true}
  kept: {external: false}
networks:
  front: {labels: [a=b]}
  theirs: {external: {name: x}}
`);
    expect(resources.map(({ kind, name, line }) => `${kind} ${name} ${line}`)).toEqual([
      'volume data 4',
      'volume cache 5',
      'volume kept 7',
      'network front 9',
    ]);
    expect(resources[0]?.labels.get('a')).toBe('b');
  });

  test.each([
    ['a service without networks', 'web: {image: a}', '', true],
    ['a service on the host', 'web: {image: a, network_mode: host}', '', false],
    ['a service with a network', 'web: {image: a, networks: [x]}', '', false],
    ['a declared default network', 'web: {image: a}', 'networks: {default: {name: y}}', false],
  ])('adds the default network unless it is unused or declared: %s', (_, service, more, added) => {
    const { resources } = read(`services:\n  ${service}\n${more}`);
    const unlabelled = resources.filter(({ name, line }) => name === 'default' && line === 1);
    expect(unlabelled).toHaveLength(added ? 1 : 0);
  });

  test.each([
    ['      - data:/data', '', [{ kind: 'volume', source: 'shop_data' }]],
    ['      - data:/data', 'name: other', [{ kind: 'volume', source: 'other_data' }]],
    ['      - data:/data', 'volumes: {data: {name: x}}', [{ kind: 'volume', source: 'x' }]],
    [
      '      - data:/data',
      'volumes: {data: {external: true}}',
      [{ kind: 'volume', source: 'data' }],
    ],
    ['      - ./storage:/data', '', [{ kind: 'bind mount', source: '/srv/shop/storage' }]],
    ['      - ../up:/data:rw', '', [{ kind: 'bind mount', source: '/srv/up' }]],
    ['      - /srv/all:/data', '', [{ kind: 'bind mount', source: '/srv/all' }]],
    [
      '      - {type: volume, source: data, target: /d}',
      '',
      [{ kind: 'volume', source: 'shop_data' }],
    ],
    [
      '      - {type: bind, source: ./a, target: /d}',
      '',
      [{ kind: 'bind mount', source: '/srv/shop/a' }],
    ],
    ['      - {source: data, target: /d, read_only: true}', '', []],
    ['      - data:/data:ro', '', []],
    ['      - ./conf:/conf:z,ro', '', []],
    ['      - /data', '', []],
    ['      - {type: tmpfs, target: /d}', '', []],
    ['      - ${HOME}/x:/x', '', []],
    ['      - /var/run/docker.sock:/var/run/docker.sock', '', []],
  ])('reads the mount %s %s as %o', (volumes, top, expected) => {
    expect(mounts(volumes, top)).toEqual(expected);
  });

  test('merges labels from an anchor', () => {
    const { services } = read(
      'x-base: &base\n  labels: {environment: testing}\nservices:\n  web:\n    <<: *base\n    image: a\n',
    );
    expect(services[0]?.labels.get('environment')).toBe('testing');
  });
});

describe('an invalid compose file', () => {
  test.each(['', 'null', '[]', '7', 'services: [a]', 'services: {web: }', 'volumes: 7'])(
    'reads %s as an empty file',
    (text) => {
      const { services, resources } = read(text);
      expect(services.flatMap((service) => service.mounts)).toEqual([]);
      expect(resources.filter(({ name }) => name !== 'default')).toEqual([]);
    },
  );

  test('rejects invalid YAML with its line and column', () => {
    expect(() => read('services:\n  web: [')).toThrow(InputError);
    expect(() => read('services:\n  web: [')).toThrow(/compose\.yml:2:\d+: is not valid YAML/);
  });

  test.each([
    ['an alias without an anchor', 'services: {web: *none}'],
    ['aliases that expand exponentially', bomb()],
  ])('rejects %s', (_, text) => {
    expect(() => read(text)).toThrow(InputError);
  });

  test('ignores a byte order mark', () => {
    expect(read('\uFEFFservices:\n  web: {image: a}\n').services[0]?.name).toBe('web');
  });
});

/** A few lines that expand to gigabytes. */
function bomb(): string {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let at = 1; at < 9; at++) {
    lines.push(`a${at}: &a${at} [${Array.from({ length: 10 }, () => `*a${at - 1}`).join(', ')}]`);
  }
  return `${lines.join('\n')}\nservices: {web: {image: a}}\n`;
}
