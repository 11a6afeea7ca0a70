import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { NamedEndpoint } from '../share-link/named-endpoint.ts';
import { parseShareLink } from '../share-link/share-link.ts';
import { endpoints } from '../testing/arbitrary-endpoints.ts';
import { renderClash } from './clash.ts';
import { renderSubscription, renderText } from './share-links.ts';
import { renderSingBox } from './sing-box.ts';
import { createUniqueNames } from './unique-names.ts';

const published = fc.array(
  fc.record({
    endpoint: fc.oneof(...Object.values(endpoints)),
    remarks: fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.constantFrom('a', 'auto')),
  }),
  { maxLength: 6 },
);

function proxy(link: string): NamedEndpoint {
  const parsed = parseShareLink(link);
  if (parsed.kind === 'invalid') throw new Error(parsed.reason);
  return { endpoint: parsed.endpoint, remarks: parsed.remarks };
}

const ID = '0d4cb1a1-9b4e-4e6a-8a34-6f0c2f4d9e11';
const SOME = [
  proxy('socks5://ann:secret@a.example:1080#one'),
  proxy(
    `vless://${ID}@b.example:443?security=tls&type=ws&path=%2Fw%3Fed%3D2048&host=c.example#one`,
  ),
  proxy('hy2://pw@[2001:db8::1]:443,5000-6000?insecure=1&obfs=salamander&obfs-password=o'),
  proxy('socks4://d.example:1080#::error::x'),
];

describe('txt and base64', () => {
  it('contain every endpoint', () => {
    fc.assert(
      fc.property(published, (all) => {
        const lines = renderText(all).text.split('\n').slice(0, -1);
        expect(lines.map((line) => proxy(line).endpoint)).toEqual(all.map((one) => one.endpoint));
        const decoded = Buffer.from(renderSubscription(all).text, 'base64').toString('utf8');
        expect(decoded).toBe(renderText(all).text);
      }),
    );
  });
});

describe('createUniqueNames', () => {
  it('returns unique printable names, or the address', () => {
    expect(createUniqueNames(SOME)).toEqual([
      'one',
      'one 2',
      'hysteria2 2001:db8::1:443',
      ':\u200b:error::x',
    ]);
    fc.assert(
      fc.property(published, (all) => {
        const names = createUniqueNames(all);
        expect(new Set(names).size).toBe(all.length);
        for (const name of names) expect(name).toMatch(/^\P{Cc}+$/u);
      }),
    );
  });
});

describe('clash', () => {
  it('uses the fields of mihomo', async () => {
    const { text, skipped } = await renderClash(SOME);
    expect(skipped).toBe(1);
    expect(parse(text)).toMatchObject({
      proxies: [
        { name: 'one', type: 'socks5', server: 'a.example', username: 'ann', password: 'secret' },
        {
          name: 'one 2',
          type: 'vless',
          uuid: ID,
          tls: true,
          network: 'ws',
          'ws-opts': { path: '/w', headers: { Host: 'c.example' }, 'max-early-data': 2048 },
        },
        {
          type: 'hysteria2',
          server: '2001:db8::1',
          ports: '443-443,5000-6000',
          obfs: 'salamander',
          'skip-cert-verify': true,
        },
      ],
      'proxy-groups': [{ proxies: ['one', 'one 2', 'hysteria2 2001:db8::1:443'] }],
    });
  });

  it('is valid YAML for any names and passwords', async () => {
    await fc.assert(
      fc.asyncProperty(published, async (all) => {
        const { text, skipped } = await renderClash(all);
        const { proxies } = parse(text) as {
          proxies: { name: string; server: string; port: number; password?: string }[];
        };
        expect(proxies.length + skipped).toBe(all.length);
        const wheres = all.map(({ endpoint: { host, port } }) => `${host} ${port}`);
        for (const { server, port } of proxies) expect(wheres).toContain(`${server} ${port}`);
        const passwords = all.map(({ endpoint }) => 'password' in endpoint && endpoint.password);
        for (const { password } of proxies) {
          if (password !== undefined) expect(passwords).toContain(password);
        }
      }),
    );
  });
});

describe('sing-box', () => {
  it('has an outbound per endpoint and one that selects', () => {
    const { text, skipped } = renderSingBox(SOME);
    expect(skipped).toBe(0);
    expect(JSON.parse(text)).toMatchObject({
      outbounds: [
        { type: 'urltest', tag: 'auto' },
        { type: 'socks', tag: 'one', version: '5', username: 'ann', server: 'a.example' },
        { type: 'vless', tag: 'one 2', server: 'b.example', tls: { server_name: 'b.example' } },
        { type: 'hysteria2', server_ports: ['443:443', '5000:6000'] },
        { type: 'socks', version: '4' },
      ],
    });
  });

  it('is empty without endpoints', () => {
    expect(JSON.parse(renderSingBox([]).text)).toMatchObject({ outbounds: [], endpoints: [] });
  });
});
