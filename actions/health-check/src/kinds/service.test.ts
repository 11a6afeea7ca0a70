import { InvalidValue } from '@repo/core/errors/invalid-value';
import { describe, expect, test } from 'vitest';
import { parseService, parseServiceUrl, type ServiceUrls, serviceTarget } from './service.ts';

const URLS: ServiceUrls = {
  schemes: { db: 'prefer', dbs: 'require' },
  port: 99,
  example: 'db://h',
};
const NOTHING = {
  url: undefined,
  host: undefined,
  port: undefined,
  user: undefined,
  password: undefined,
  database: undefined,
  tls: undefined,
};

describe('a URL', () => {
  test('contains all parts, percent-decoded', () => {
    expect(parseServiceUrl(new URL('dbs://us%40er:p%2Fw@[::1]:5/n%20ame'), URLS)).toEqual({
      host: '::1',
      port: 5,
      user: 'us@er',
      password: 'p/w',
      database: 'n ame',
      tls: 'require',
    });
  });

  test('can omit parts with a default', () => {
    expect(parseServiceUrl(new URL('db://h'), URLS)).toEqual({
      ...NOTHING,
      url: undefined,
      host: 'h',
      port: 99,
      tls: 'prefer',
    });
  });

  test.each([
    ['disable', 'disable'],
    ['prefer', 'prefer'],
    ['require', 'require'],
    ['VERIFY_IDENTITY', 'require'],
  ])('sslmode %s', (mode, tls) => {
    expect(parseServiceUrl(new URL(`db://h?sslmode=${mode}`), URLS).tls).toBe(tls);
    expect(parseServiceUrl(new URL(`db://h?ssl-mode=${mode}`), URLS).tls).toBe(tls);
  });

  test.each(['http://h', 'db:///x', 'db://h?password=s3cr3t', 'db://h?sslmode=x', 'db://%zz@h'])(
    'rejects %s without showing its values',
    (url) => {
      const read = () => parseServiceUrl(new URL(url), URLS);
      expect(read).toThrow(InvalidValue);
      expect(read).not.toThrow('s3cr3t');
    },
  );
});

test('options have either a URL or its parts', () => {
  expect(parseService({ ...NOTHING, host: 'h', user: 'u', password: 'p' }, URLS)).toMatchObject({
    port: 99,
    tls: 'prefer',
  });
  expect(parseService({ ...NOTHING, url: 'db://h', tls: 'require' }, URLS).tls).toBe('require');
  for (const options of [
    {},
    { url: 'db://h', host: 'h' },
    { url: 'db://h', password: 'p' },
    { url: 'no url' },
    { host: 'h', password: 'p' },
  ]) {
    expect(() => parseService({ ...NOTHING, ...options }, URLS)).toThrow(InvalidValue);
  }
  expect(
    parseService({ ...NOTHING, host: 'h', password: 'p' }, { ...URLS, passwordAlone: true })
      .password,
  ).toBe('p');
});

test('the description has no user and no password', () => {
  const service = parseServiceUrl(new URL('db://user:p%2Fw@[::1]/name'), URLS);
  expect(serviceTarget('db', service, async () => ({}))).toMatchObject({
    description: 'db://[::1]:99/name',
    secrets: ['p/w', 'p%2Fw'],
  });
});
