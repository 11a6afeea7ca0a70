import { describe, expect, test } from 'vitest';
import { httpUrl, secretsOfUrl } from './http-url.ts';

describe('httpUrl', () => {
  test.each(['https://example.test/health?x=1', 'http://[::1]:8080/'])('%s', (given) => {
    expect(httpUrl().parse(given).href).toBe(given);
  });

  test.each([
    ['example.test/health', 'is not a URL'],
    ['https://', 'is not a URL'],
    ['http://x:99999/', 'is not a URL'],
    ['ftp://example.test', 'has the scheme ftp'],
    ['localhost:8080', 'has the scheme localhost'],
    ['javascript:alert(1)', 'has the scheme javascript'],
  ])('%s %s', (given, message) => {
    expect(() => httpUrl().parse(given)).toThrow(
      expect.objectContaining({
        message,
        remedy: 'Write a complete URL: https://example.com/health.',
      }),
    );
  });
});

describe('secretsOfUrl', () => {
  test.each([
    ['https://x.test/', []],
    ['no url', []],
    ['https://user:pa%2Fss@x.test/', ['pa%2Fss', 'pa/ss']],
    ['https://user:p%zz@x.test/', ['p%zz']],
    ['https://:word@x.test/', ['word', 'word']],
    // Who stands alone before the @ is a token, as GitHub and others take them.
    ['https://ghp_token@x.test/', ['ghp_token', 'ghp_token']],
    ['ftp://user:word@x.test/', ['word', 'word']],
  ])('of %s: %j', (given, secrets) => {
    expect(secretsOfUrl(given)).toEqual(secrets);
  });
});
