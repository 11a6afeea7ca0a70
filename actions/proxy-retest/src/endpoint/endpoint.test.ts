import { describe, expect, it } from 'vitest';
import type { Endpoint } from './endpoint.ts';
import { computeIdentity } from './endpoint.ts';

const proxy: Endpoint = {
  protocol: 'socks5',
  host: 'proxy.example',
  port: 1080,
  user: 'ann',
  password: 'secret',
};

describe('computeIdentity', () => {
  it('is a SHA-256 that does not depend on the order of the fields', () => {
    const { host, port, ...rest } = proxy;
    expect(computeIdentity(proxy)).toMatch(/^[\da-f]{64}$/);
    expect(computeIdentity({ ...rest, port, host } as Endpoint)).toBe(computeIdentity(proxy));
  });

  it.each([
    ['password', { password: 'other' }],
    ['user', { user: 'bob' }],
    ['port', { port: 1081 }],
    ['host', { host: 'proxy2.example' }],
    ['protocol', { protocol: 'http' }],
  ] as const)('differs with the %s', (_name, change) => {
    expect(computeIdentity({ ...proxy, ...change } as Endpoint)).not.toBe(computeIdentity(proxy));
  });

  it('does not depend on fields that are empty', () => {
    const later = { ...proxy, plugin: undefined, flags: [] };
    expect(computeIdentity(later)).toBe(computeIdentity(proxy));
  });
});
