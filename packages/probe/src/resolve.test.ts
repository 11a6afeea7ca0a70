import { describe, expect, it } from 'vitest';
import { allowAny, refuseLinkLocal } from './address.ts';
import { type Lookup, type ResolveOptions, resolveHost } from './resolve.ts';

const never: Lookup = () => new Promise(() => {});
const notAsked: Lookup = (host) => Promise.reject(new Error(`${host} was looked up`));

function answering(...addresses: string[]): Lookup {
  return async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
}

function failing(code: string): Lookup {
  const error = Object.assign(new Error(`getaddrinfo ${code}`), { code, syscall: 'getaddrinfo' });
  return () => Promise.reject(error);
}

function resolve(host: string, change: Partial<ResolveOptions> = {}) {
  const { signal } = new AbortController();
  return resolveHost(host, { policy: allowAny, timeoutMs: 5_000, signal, ...change });
}

describe('resolveHost', () => {
  it('returns all addresses once, in the order of the resolver', async () => {
    const lookup = answering('2001:db8::1', '192.0.2.1', '192.0.2.1');
    expect(await resolve('Example.COM', { lookup })).toEqual({
      ok: true,
      value: {
        host: 'example.com',
        addresses: [
          { address: '2001:db8::1', family: 6 },
          { address: '192.0.2.1', family: 4 },
        ],
        ms: expect.any(Number),
      },
    });
  });

  it('resolves localhost with the system', async () => {
    const result = await resolve('localhost');
    const found = result.ok ? result.value.addresses.map(({ address }) => address) : [];
    expect(['127.0.0.1', '::1']).toEqual(expect.arrayContaining(found));
    expect(found).not.toEqual([]);
  });

  it.each([
    ['127.0.0.1', '127.0.0.1', 4],
    ['[::1]', '::1', 6],
    ['::1', '::1', 6],
  ])('does not look up %s', async (host, address, family) => {
    expect(await resolve(host, { lookup: notAsked })).toEqual({
      ok: true,
      value: { host: address, addresses: [{ address, family }], ms: 0 },
    });
  });

  it('prefers the override with the port', async () => {
    const overrides = new Map([
      ['shop.example', '192.0.2.1'],
      ['shop.example:8443', '[2001:db8::1]'],
    ]);
    const at = async (port: number) => {
      const result = await resolve('shop.example', { overrides, port, lookup: notAsked });
      return result.ok && result.value.addresses[0]?.address;
    };
    expect([await at(8443), await at(443)]).toEqual(['2001:db8::1', '192.0.2.1']);
  });

  it('rejects an override that is not an IP address', async () => {
    const overrides = new Map([['shop.example', 'other.example']]);
    expect(await resolve('shop.example', { overrides })).toMatchObject({
      ok: false,
      failure: {
        phase: 'dns',
        kind: 'local',
        message: 'shop.example resolves to other.example, which is not an IP address',
      },
    });
  });

  it('returns only the requested family', async () => {
    let asked: number | undefined;
    const lookup: Lookup = async (_, family) => {
      asked = family;
      return [
        { address: '192.0.2.1', family: 4 },
        { address: '2001:db8::1', family: 6 },
      ];
    };
    const result = await resolve('example.com', { lookup, family: 6 });
    expect(result.ok && result.value.addresses).toEqual([{ address: '2001:db8::1', family: 6 }]);
    expect(asked).toBe(6);
    const none: Lookup = async () => {
      throw Object.assign(new Error('queryAAAA'), { code: 'ENOTFOUND' });
    };
    expect(await resolve('example.com', { lookup: none, family: 6 })).toMatchObject({
      failure: { kind: 'dns-not-found', message: 'example.com has no IPv6 address' },
    });
    expect(await resolve('127.0.0.1', { family: 6 })).toMatchObject({
      failure: { kind: 'dns-not-found', message: '127.0.0.1 has no IPv6 address' },
    });
  });

  it('refuses a host with one refused address', async () => {
    const lookup = answering('192.0.2.1', '169.254.169.254');
    expect(await resolve('rebind.example', { lookup, policy: refuseLinkLocal })).toEqual({
      ok: false,
      failure: {
        phase: 'dns',
        kind: 'address-refused',
        message:
          'rebind.example resolves to a refused address: 169.254.169.254 is a cloud metadata address',
      },
    });
  });

  it('applies the policy to overrides and IP addresses of both families', async () => {
    const overrides = new Map([['shop.example', 'fe80::1']]);
    const policy = refuseLinkLocal;
    for (const result of [
      await resolve('shop.example', { overrides, policy }),
      await resolve('shop.example', { overrides, policy, family: 4 }),
      await resolve('[::ffff:a9fe:a9fe]', { policy }),
    ]) {
      expect(result).toMatchObject({ failure: { kind: 'address-refused' } });
    }
  });

  it.each([
    ['ENOTFOUND', 'dns-not-found'],
    ['EAI_AGAIN', 'dns-failed'],
    ['EAI_FAIL', 'dns-failed'],
    ['ESERVFAIL', 'dns-failed'],
    ['ECONNREFUSED', 'dns-failed'],
    ['ETIMEOUT', 'dns-timeout'],
    ['EMFILE', 'local'],
  ])('maps %s to %s', async (code, kind) => {
    const lookup = failing(code);
    expect(await resolve('gone.example', { lookup })).toMatchObject({
      ok: false,
      failure: { phase: 'dns', kind, code, message: expect.stringContaining('gone.example') },
    });
  });

  it('fails for an empty name or an empty result', async () => {
    expect(await resolve('', { lookup: notAsked })).toMatchObject({
      failure: { kind: 'dns-not-found' },
    });
    expect(await resolve('gone.example', { lookup: answering() })).toMatchObject({
      failure: { kind: 'dns-not-found', message: 'gone.example has no address' },
    });
  });

  it('times out', async () => {
    expect(await resolve('slow.example', { lookup: never, timeoutMs: 10 })).toMatchObject({
      failure: {
        kind: 'dns-timeout',
        message: 'timed out after 10ms while resolving slow.example',
      },
    });
  });

  it('stops when it is aborted before or during the lookup', async () => {
    const aborted = AbortSignal.abort();
    expect(await resolve('a.example', { lookup: notAsked, signal: aborted })).toMatchObject({
      failure: { phase: 'dns', kind: 'aborted' },
    });
    const controller = new AbortController();
    const waiting = resolve('a.example', { lookup: never, signal: controller.signal });
    controller.abort();
    expect(await waiting).toMatchObject({ failure: { phase: 'dns', kind: 'aborted' } });
  });
});
