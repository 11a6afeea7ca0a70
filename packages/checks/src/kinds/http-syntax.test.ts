import { expect, test } from 'vitest';
import { getHeaderSecrets, isSensitiveName } from './http-syntax.ts';

test.each([
  'Authorization',
  'Proxy-Authorization',
  'Cookie',
  'X-Auth-Token',
  'X-Api-Key',
  'apikey',
  'x-client-secret',
  'password',
  'passwd',
  'access_token',
  'X-Amz-Signature',
  'sig',
  'api_key',
  'access_key',
  'key',
  'code',
  'pwd',
  'jwt',
  'session',
  'X-Key',
  'Ocp-Apim-Subscription-Key',
  'x-functions-key',
])('%s is sensitive', (name) => {
  expect(isSensitiveName(name)).toBe(true);
});

test.each(['Accept', 'Host', 'User-Agent', 'X-Request-Id', 'design', 'q', 'keyword', 'codec'])(
  '%s is not sensitive',
  (name) => {
    expect(isSensitiveName(name)).toBe(false);
  },
);

test('the secrets of a header are its value with and without the scheme', () => {
  expect(getHeaderSecrets('Bearer abc')).toEqual(['Bearer abc', 'abc']);
  expect(getHeaderSecrets('abc')).toEqual(['abc', 'abc']);
  expect(getHeaderSecrets('')).toEqual([]);
});
