import { describe, expect, test } from 'vitest';
import { readProxies } from './proxies.ts';

const proxiesOf = (variables: Readonly<Record<string, string>>) =>
  readProxies((name) => variables[name] ?? '');

function findIn(variables: Readonly<Record<string, string>>, url: string): string | undefined {
  return proxiesOf(variables)?.find(new URL(url))?.href;
}

test('no variable means no proxy', () => {
  expect(proxiesOf({ NO_PROXY: 'a', HTTPS_PROXY: ' ' })).toBeUndefined();
});

test('each scheme has its own proxy; lower case takes precedence; a scheme is optional', () => {
  const variables = { HTTP_PROXY: 'http://one:1', HTTPS_PROXY: 'two:2', https_proxy: 'three:3' };
  expect(findIn(variables, 'http://shop.example/')).toBe('http://one:1/');
  expect(findIn(variables, 'https://shop.example/')).toBe('http://three:3/');
  expect(findIn({ HTTP_PROXY: 'http://one:1' }, 'https://shop.example/')).toBeUndefined();
});

test('reports a value that is not an HTTP proxy without showing it', () => {
  const proxies = proxiesOf({ HTTPS_PROXY: 'socks5://me:secret@host:1', HTTP_PROXY: 'http://a b' });
  expect(proxies?.problems).toEqual([
    'HTTP_PROXY is not the URL of an HTTP proxy. Write http://host:port.',
    'HTTPS_PROXY is not the URL of an HTTP proxy. Write http://host:port.',
  ]);
  expect(proxies?.variables).not.toHaveProperty('HTTPS_PROXY');
});

describe('NO_PROXY', () => {
  const isDirect = (entries: string, url: string) =>
    findIn({ HTTP_PROXY: 'p:1', HTTPS_PROXY: 'p:1', NO_PROXY: entries }, url) === undefined;

  test.each([
    ['', 'http://localhost:8080/'],
    ['', 'http://127.1.2.3/'],
    ['', 'https://[::1]:8443/'],
    ['*', 'https://shop.example/'],
    ['shop.example', 'https://shop.example/'],
    ['Shop.Example', 'https://api.SHOP.example/'],
    ['.shop.example', 'https://api.shop.example/'],
    ['*.shop.example', 'https://api.shop.example/'],
    ['a, shop.example:8443', 'https://shop.example:8443/'],
    ['shop.example:443', 'https://shop.example/'],
    ['10.1.2.3', 'http://10.1.2.3:9000/'],
    ['10.0.0.0/8', 'http://10.1.2.3/'],
    ['2001:db8::1', 'http://[2001:db8::1]/'],
    ['fd00::/8', 'http://[fd12::1]/'],
  ])('%j: %s is direct', (entries, url) => {
    expect(isDirect(entries, url)).toBe(true);
  });

  test.each([
    ['', 'https://shop.example/'],
    ['shop.example', 'https://othershop.example/'],
    ['shop.example', 'https://my-shop.example/'],
    ['shop.example:8443', 'https://shop.example/'],
    ['10.0.0.0/8', 'http://11.1.2.3/'],
    ['10.0.0.0/99', 'http://10.1.2.3/'],
    ['2.3', 'http://10.1.2.3/'],
    [':443', 'https://shop.example/'],
  ])('%j: %s uses the proxy', (entries, url) => {
    expect(isDirect(entries, url)).toBe(false);
  });

  test('is passed to Node with the loopback addresses and subdomains', () => {
    expect(
      proxiesOf({ HTTPS_PROXY: 'p:1', NO_PROXY: 'shop.example:8443 10.0.0.1' })?.variables,
    ).toEqual({
      HTTPS_PROXY: 'http://p:1/',
      NO_PROXY: 'localhost,127.0.0.1,::1,[::1],shop.example:8443,.shop.example:8443,10.0.0.1',
    });
  });
});
