import { describe, expect, it } from 'vitest';
import type { Endpoint } from './endpoint.ts';
import { identityOf } from './identity.ts';

const proxy: Endpoint = {
  protocol: 'socks5',
  host: 'proxy.example',
  port: 1080,
  user: 'ann',
  password: 'secret',
};

describe('identityOf', () => {
  it('is SHA-256 in hexadecimal, the same for the same endpoint in whatever order', () => {
    const { host, port, ...rest } = proxy;
    expect(identityOf(proxy)).toMatch(/^[\da-f]{64}$/);
    expect(identityOf({ ...rest, port, host } as Endpoint)).toBe(identityOf(proxy));
  });

  it.each([
    ['password', { password: 'other' }],
    ['user', { user: 'bob' }],
    ['port', { port: 1081 }],
    ['host', { host: 'proxy2.example' }],
    ['protocol', { protocol: 'http' }],
  ] as const)('differs with the %s', (_name, change) => {
    expect(identityOf({ ...proxy, ...change } as Endpoint)).not.toBe(identityOf(proxy));
  });

  it('does not depend on fields that are empty', () => {
    const later = { ...proxy, plugin: undefined, flags: [] };
    expect(identityOf(later)).toBe(identityOf(proxy));
  });
});
