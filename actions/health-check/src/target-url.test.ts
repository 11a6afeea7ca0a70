import { expect, test } from 'vitest';
import { targetUrl } from './target-url.ts';

const { parse, secrets } = targetUrl();

test.each([
  ['https://shop.example/health?x=1', 'http'],
  ['http://127.0.0.1:8080', 'http'],
  ['HTTPS://SHOP.EXAMPLE', 'http'],
  ['http://[::1]:8080/', 'http'],
  ['tcp://db:5432', 'tcp'],
  ['tcp://[::1]:5432', 'tcp'],
  ['tls://shop.example:443', 'tls'],
])('%s is a target of kind %s', (given, kind) => {
  const target = parse(given);
  expect(target.kind).toBe(kind);
  expect(target.url.href).toBe(new URL(given).href);
});

test.each([
  ['shop.example/health', 'is not a URL'],
  ['/health', 'is not a URL'],
  ['https://', 'is not a URL'],
  ['tcp://db:99999', 'is not a URL'],
  ['localhost:8080', 'has no scheme in front'],
  ['http://a/, http://b/', 'has a space in it'],
  ['http://a/\thttp://b/', 'has a space in it'],
  ['ftp://shop.example', 'has the unknown scheme ftp'],
  ['constructor://a:1', 'has the unknown scheme constructor'],
  ['tcp:db', 'names no host'],
  ['tcp://db', 'names no port'],
  ['tls://shop.example/', 'names no port'],
])('%s %s', (given, problem) => {
  expect(() => parse(given)).toThrow(problem);
});

test('the remedy fits the mistake', () => {
  expect(() => parse('tls://shop.example')).toThrow(
    expect.objectContaining({ remedy: 'Write tls://host:port.' }),
  );
  expect(() => parse('ftp://a')).toThrow(
    expect.objectContaining({
      remedy: expect.stringMatching(/^Use one of http, https, tcp, tls\b/),
    }),
  );
});

test('a password is a secret', () => {
  expect(secrets?.('https://user:pa%2Dss@shop.example')).toEqual(['pa%2Dss', 'pa-ss']);
  expect(secrets?.('https://shop.example')).toEqual([]);
});
