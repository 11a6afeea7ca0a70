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
  ['localhost:8080', 'has no scheme'],
  ['http://a/, http://b/', 'contains a space'],
  ['http://a/\thttp://b/', 'contains a space'],
  ['ftp://shop.example', 'has the unknown scheme ftp'],
  ['constructor://a:1', 'has the unknown scheme constructor'],
  ['tcp:db', 'has no host'],
  ['tcp://db', 'has no port'],
  ['tls://shop.example/', 'has no port'],
])('rejects %s: it %s', (given, problem) => {
  expect(() => parse(given)).toThrow(problem);
});

test('the remedy matches the problem', () => {
  expect(() => parse('tls://shop.example')).toThrow(
    expect.objectContaining({ remedy: 'Write tls://host:port.' }),
  );
  expect(() => parse('ftp://a')).toThrow(
    expect.objectContaining({
      remedy: expect.stringMatching(/^Use one of http, https, tcp, tls\b/),
    }),
  );
});

test('masks a password', () => {
  expect(secrets?.('https://user:pa%2Dss@shop.example')).toEqual(['pa%2Dss', 'pa-ss']);
  expect(secrets?.('https://shop.example')).toEqual([]);
});
