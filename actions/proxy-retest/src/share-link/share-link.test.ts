import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { parseShareLink } from './share-link.ts';

const ID = '0d4cb1a1-9b4e-4e6a-8a34-6f0c2f4d9e11';
const KEY = Buffer.alloc(32, 7).toString('base64');
const b64 = (text: string) => Buffer.from(text).toString('base64');
const vmess = (fields: object) =>
  `vmess://${b64(JSON.stringify({ v: '2', ps: 'one', add: 'a.example', port: '443', id: ID, ...fields }))}`;

function readEndpoint(link: string): Endpoint {
  const parsed = parseShareLink(link);
  if (parsed.kind === 'invalid') throw new Error(`${link}: ${parsed.reason}`);
  return parsed.endpoint;
}

function reasonOf(link: string): string {
  const parsed = parseShareLink(link);
  return parsed.kind === 'invalid' ? parsed.reason : `parsed: ${JSON.stringify(parsed.endpoint)}`;
}

describe('vmess', () => {
  it('parses the JSON of v2rayN', () => {
    const link = vmess({ net: 'ws', path: '/chat', host: 'cdn.example', tls: 'tls', scy: 'auto' });
    expect(parseShareLink(link)).toEqual({
      kind: 'endpoint',
      remarks: 'one',
      endpoint: {
        protocol: 'vmess',
        host: 'a.example',
        port: 443,
        uuid: ID,
        alterId: 0,
        security: 'auto',
        tls: { serverName: '', insecure: false, alpn: [], fingerprint: '', reality: undefined },
        transport: { kind: 'ws', path: '/chat', host: 'cdn.example', earlyData: 0 },
      },
    });
  });

  it.each([
    [{ port: 443, aid: 0 }, 0],
    [{ port: '443', aid: '0' }, 0],
    [{ port: '443 ', aid: '' }, 0],
    [{ port: 443, aid: null }, 0],
    [{ port: 443, aid: '64' }, 64],
  ])('takes port and aid as number, text or null: %j', (fields, alterId) => {
    expect(readEndpoint(vmess(fields))).toMatchObject({ port: 443, alterId });
  });

  it.each([['---'], ['auto'], ['none'], ['tcp'], ['']])(
    'takes the header type "%s" for none',
    (type) => {
      expect(readEndpoint(vmess({ net: 'tcp', type }))).toMatchObject({
        transport: { kind: 'tcp' },
      });
    },
  );

  it('parses unpadded and URL-safe base64', () => {
    const link = vmess({ ps: '~~~???>>>' });
    const body = link.slice('vmess://'.length);
    expect(body).toMatch(/[+/].*=$/);
    const other = body.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_');
    expect(parseShareLink(`vmess://${other}`)).toEqual(parseShareLink(link));
  });

  it('parses all names of the option insecure', () => {
    const link = vmess({ tls: 'tls', 'skip-cert-verify': true, sni: 'B.example' });
    expect(readEndpoint(link)).toMatchObject({ tls: { insecure: true, serverName: 'b.example' } });
  });

  it('parses the URL style', () => {
    const link = `vmess://${ID}@a.example:80?encryption=auto&type=ws&path=%2Fx&host=h.example#two`;
    expect(parseShareLink(link)).toMatchObject({
      remarks: 'two',
      endpoint: { uuid: ID, security: 'auto', transport: { kind: 'ws', path: '/x' } },
    });
  });

  it('parses the base64 style with parameters', () => {
    const body = b64(`chacha20-poly1305:${ID}@a.example:443`);
    const link = `vmess://${body}?remarks=three&obfs=websocket&path=/x&obfsParam=h.example&tls=1`;
    expect(parseShareLink(link)).toMatchObject({
      remarks: 'three',
      endpoint: {
        security: 'chacha20-poly1305',
        tls: {},
        transport: { kind: 'ws', path: '/x', host: 'h.example' },
      },
    });
  });

  it.each([
    ['vmess://', /neither base64/],
    ['vmess://%%%', /neither base64/],
    [`vmess://${b64('{"add":')}`, /not valid JSON/],
    [`vmess://${b64('hello')}`, /neither JSON/],
    [vmess({ add: '' }), /has no host/],
    [vmess({ add: { a: 1 } }), /"add" is not text/],
    [vmess({ port: null }), /has no port/],
    [vmess({ port: 70_000 }), /port is not a number/],
    [vmess({ id: '' }), /no user id/],
    [vmess({ id: 'x'.repeat(31) }), /not a UUID/],
    [vmess({ net: 'kcp' }), /transport "kcp" is not supported/],
    [vmess({ net: '__proto__' }), /transport "__proto__" is not supported/],
    [vmess({ scy: 'rot13' }), /cipher "rot13"/],
    [vmess({ net: 'ws', path: '/a\r\nHost: evil' }), /control characters/],
  ])('rejects %s', (link, reason) => {
    expect(reasonOf(link)).toMatch(reason);
  });
});

describe('vless', () => {
  const link = (query: string) => `vless://${ID}@a.example:443?${query}#four%20%E2%9C%93`;

  it('parses reality', () => {
    const key = Buffer.alloc(32, 250).toString('base64url');
    expect(
      parseShareLink(
        link(
          `security=reality&pbk=${key}&sid=0a1b&sni=c.example&fp=chrome&flow=xtls-rprx-vision&type=tcp`,
        ),
      ),
    ).toMatchObject({
      remarks: 'four ✓',
      endpoint: {
        flow: 'xtls-rprx-vision',
        tls: {
          serverName: 'c.example',
          fingerprint: 'chrome',
          reality: { publicKey: key, shortId: '0a1b' },
        },
        transport: { kind: 'tcp' },
      },
    });
  });

  it.each([
    ['type=tcp%20', 'tcp'],
    ['type=raw', 'tcp'],
    ['type=', 'tcp'],
    ['type=tcp&headerType=http', 'http'],
    ['type=grpc&serviceName=s&mode=gun', 'grpc'],
    ['type=h2', 'http'],
    ['type=httpupgrade&path=/u', 'httpupgrade'],
  ])('%s is %s', (query, kind) => {
    expect(readEndpoint(link(query))).toMatchObject({ transport: { kind } });
  });

  it.each([['security='], ['security=none'], ['']])('has no TLS with "%s"', (query) => {
    expect(readEndpoint(link(query))).toMatchObject({ tls: undefined });
  });

  it('removes ?ed= from the path of a WebSocket, encoded or not', () => {
    const transport = { kind: 'ws', path: '/p', earlyData: 2560 };
    expect(readEndpoint(link('type=ws&path=%2Fp%3Fed%3D2560'))).toMatchObject({ transport });
    expect(readEndpoint(link('type=ws&path=/p?ed=2560&Host=h'))).toMatchObject({
      transport: { ...transport, host: 'h' },
    });
    expect(readEndpoint(link('type=ws&path=/p?x=1%26ed=2560'))).toMatchObject({
      transport: { ...transport, path: '/p?x=1' },
    });
  });

  it('parses parameters separated by &amp;, in any case; the first of two counts', () => {
    const query = 'type=ws&amp;Path=/x&amp;Host=h.example&amp;host=other.example&amp;security=';
    expect(readEndpoint(link(query))).toMatchObject({
      tls: undefined,
      transport: { path: '/x', host: 'h.example' },
    });
  });

  it('normalizes IPv6 addresses and names with a trailing dot', () => {
    expect(readEndpoint(`vless://${ID}@[2001:DB8:0::1]:443?`)).toMatchObject({
      host: '2001:db8::1',
    });
    expect(readEndpoint(`vless://${ID}@A.example.:443`)).toMatchObject({ host: 'a.example' });
  });

  it('accepts an encryption of none with a suffix', () => {
    expect(readEndpoint(link('encryption=none-@channel'))).toMatchObject({ protocol: 'vless' });
  });

  it.each([
    [link('security=reality&pbk=short&sni=c.example'), /pbk/],
    [link(`security=reality&pbk=${'A'.repeat(43)}&sid=xyz`), /sid/],
    [link('security=xtls'), /security "xtls"/],
    [link('flow=xtls-rprx-direct'), /flow "xtls-rprx-direct"/],
    [link('encryption=mlkem768x25519plus'), /encryption/],
    [link('type=xhttp'), /transport "xhttp"/],
    [link('security=tls&sni=a%20b'), /server name/],
    [`vless://${ID}@a.example`, /has no port/],
    [`vless://${ID}@a.example:443-500`, /port is not a number/],
    [`vless://${ID}@:443`, /has no host/],
    [`vless://${ID}@2001:db8::1:443`, /host is neither/],
    [`vless://${ID}@2130706433:80`, /host is neither/],
    [`vless://${ID}@0x7f.1:80`, /host is neither/],
    [`vless://${ID}@a.example%00:80`, /host is neither/],
    ['vless://a.example:443', /no user id/],
  ])('rejects %s', (text, reason) => {
    expect(reasonOf(text)).toMatch(reason);
  });
});

describe('trojan', () => {
  it('uses TLS and port 443 by default', () => {
    expect(readEndpoint('trojan://p%40ss@a.example?sni=b.example')).toMatchObject({
      password: 'p@ss',
      port: 443,
      tls: { serverName: 'b.example', insecure: false },
      transport: { kind: 'tcp' },
    });
    expect(readEndpoint('trojan://p@a.example:80?security=none')).toMatchObject({ tls: undefined });
    expect(readEndpoint('trojan://p@a.example:443?allowInsecure=1')).toMatchObject({
      tls: { insecure: true },
    });
  });

  it('requires a password', () => {
    expect(reasonOf('trojan://@a.example:443')).toMatch(/no password/);
    expect(reasonOf('trojan://a.example:443')).toMatch(/no password/);
  });
});

describe('ss', () => {
  const expected = { method: 'aes-256-gcm', password: 'pa:ss', host: 'a.example', port: 8388 };

  it.each([
    ['SIP002', `ss://${b64('aes-256-gcm:pa:ss')}@a.example:8388#n`],
    ['unpadded', `ss://${b64('aes-256-gcm:pa:ss').replace(/=+$/, '')}@a.example:8388/#n`],
    [
      'percent-encoded padding',
      `ss://${encodeURIComponent(b64('aes-256-gcm:pa:ss'))}@a.example:8388#n`,
    ],
    ['whole base64', `ss://${b64('aes-256-gcm:pa:ss@a.example:8388')}#n`],
    [
      'whole base64, unpadded',
      `ss://${b64('aes-256-gcm:pa:ss@a.example:8388').replace(/=+$/, '')}#n`,
    ],
    ['plain', 'ss://AES-256-GCM:pa%3Ass@a.example:8388#n'],
  ])('reads %s', (_name, link) => {
    expect(parseShareLink(link)).toMatchObject({ remarks: 'n', endpoint: expected });
  });

  it('parses the URL-safe alphabet', () => {
    const user = Buffer.from('aes-256-gcm:~~~???>>>').toString('base64url');
    expect(user).toMatch(/[-_]/);
    expect(readEndpoint(`ss://${user}@a.example:1`)).toMatchObject({ password: '~~~???>>>' });
  });

  it('parses the ciphers of 2022, whose user is not base64', () => {
    const link = `ss://2022-blake3-aes-256-gcm:${encodeURIComponent(KEY)}@a.example:1`;
    expect(readEndpoint(link)).toMatchObject({ method: '2022-blake3-aes-256-gcm', password: KEY });
    const two = `ss://2022-blake3-aes-256-gcm:${KEY}:${KEY.replace('=', '')}@a.example:1`;
    expect(readEndpoint(two)).toMatchObject({ password: `${KEY}:${KEY}` });
  });

  it('parses known plugin options and ignores others', () => {
    const plugin = (text: string) =>
      readEndpoint(`ss://${b64('aes-256-gcm:p')}@a.example:1/?plugin=${encodeURIComponent(text)}`);
    expect(plugin('obfs-local;obfs=tls;obfs-host=b.example')).toMatchObject({
      plugin: { name: 'obfs', mode: 'tls', host: 'b.example' },
    });
    expect(plugin('v2ray-plugin;tls;host=b.example;path=/w;cert=/etc/passwd')).toMatchObject({
      plugin: { name: 'v2ray-plugin', tls: true, host: 'b.example', path: '/w' },
    });
  });

  it.each([
    ['ss://', /neither method:password@host:port/],
    [`ss://${b64('nothing')}`, /neither method:password@host:port/],
    [`ss://${b64('nothing')}@a.example:1`, /neither method:password/],
    ['ss://2022-blake3-aes-128-gcm:c2hvcnQ=@a.example:1', /not 16 bytes/],
    [`ss://${b64('aes-256-gcm:')}@a.example:1`, /no password/],
    [`ss://${b64('aes 256:p')}@a.example:1`, /not a valid cipher name/],
    [`ss://${b64('aes-256-gcm:p')}@a.example:1?plugin=/bin/sh;-c`, /plugin "\/bin\/sh"/],
    [`ss://${b64('aes-256-gcm:p')}@a.example:1?plugin=v2ray-plugin;host=a%5C;path=/x`, /backslash/],
  ])('rejects %s', (link, reason) => {
    expect(reasonOf(link)).toMatch(reason);
  });
});

describe('hysteria2', () => {
  it.each([
    ['hy2://pw@a.example', 443, []],
    ['hysteria2://pw@a.example:8443/?insecure=1', 8443, []],
    ['hy2://pw@a.example:443,5000-6000', 443, ['443-443', '5000-6000']],
    ['hy2://pw@a.example:5000-6000', 5000, ['5000-6000']],
    ['hy2://pw@a.example:443?mport=5000-6000', 443, ['443-443', '5000-6000']],
  ])('%s has port %i and hops between %j', (link, port, ports) => {
    expect(readEndpoint(link)).toMatchObject({
      protocol: 'hysteria2',
      password: 'pw',
      port,
      ports,
    });
  });

  it('combines user and password', () => {
    expect(readEndpoint('hy2://ann:secret@a.example')).toMatchObject({ password: 'ann:secret' });
  });

  it('parses salamander and an international server name', () => {
    const link = 'hy2://p@a.example?obfs=salamander&obfs-password=o&insecure=1&sni=🔒';
    expect(readEndpoint(link)).toMatchObject({
      obfuscation: 'o',
      tls: { insecure: true, serverName: 'xn--lv8h' },
    });
  });

  it.each([
    ['hy2://p@a.example:6000-5000', /not a range/],
    ['hy2://p@a.example:1-2-3', /not a range/],
    ['hy2://p@a.example?obfs=xor', /obfuscation "xor"/],
    ['hy2://p@a.example?obfs=salamander', /obfuscation has no password/],
    ['hy2://a.example', /no password/],
  ])('rejects %s', (link, reason) => {
    expect(reasonOf(link)).toMatch(reason);
  });
});

describe('tuic', () => {
  it('parses user, password and connection options', () => {
    const link = `tuic://${ID}:pa%3Ass@a.example:8443?congestion_control=bbr&udp_relay_mode=native&alpn=h3&allow_insecure=1`;
    expect(readEndpoint(link)).toMatchObject({
      uuid: ID,
      password: 'pa:ss',
      congestion: 'bbr',
      udpRelay: 'native',
      tls: { alpn: ['h3'], insecure: true },
    });
  });

  it('requires a UUID and a password', () => {
    expect(reasonOf('tuic://ann:secret@a.example:1')).toMatch(/not a UUID/);
    expect(reasonOf(`tuic://${ID}@a.example:1`)).toMatch(/no password/);
  });
});

describe('wireguard', () => {
  const link = (query: string) =>
    `wireguard://${encodeURIComponent(KEY)}@a.example:51820?publickey=${encodeURIComponent(KEY)}&${query}`;

  it('parses keys, addresses, reserved bytes and MTU', () => {
    expect(readEndpoint(link('address=10.0.0.2/32,fd00::2&reserved=1,2,3&mtu=1280'))).toMatchObject(
      {
        privateKey: KEY,
        publicKey: KEY,
        presharedKey: '',
        addresses: ['10.0.0.2/32', 'fd00::2/128'],
        reserved: [1, 2, 3],
        mtu: 1280,
      },
    );
    expect(readEndpoint(link('address=10.0.0.2&reserved=AQID'))).toMatchObject({
      reserved: [1, 2, 3],
    });
  });

  it.each([
    ['wireguard://short@a.example:1', /private key/],
    [link(''), /no interface address/],
    [link('address=10.0.0.2/33'), /is not in CIDR/],
    [link('address=10.0.0.2&reserved=1,2,300'), /reserved/],
    [link('address=10.0.0.2&mtu=9'), /MTU/],
    [link('address=10.0.0.2&presharedkey=x'), /preshared/],
  ])('rejects %s', (text, reason) => {
    expect(reasonOf(text)).toMatch(reason);
  });
});

describe('socks and http', () => {
  it.each([
    ['socks5://a.example', 'socks5', 1080, '', ''],
    ['socks5h://ann:se%3Acret@a.example:9050', 'socks5', 9050, 'ann', 'se:cret'],
    [`socks://${b64('ann:secret')}@a.example:1#n`, 'socks5', 1, 'ann', 'secret'],
    [`socks://${b64('ann:secret@a.example:1')}`, 'socks5', 1, 'ann', 'secret'],
    ['socks4://ann@a.example:1', 'socks4', 1, 'ann', ''],
    ['socks4a://a.example:1', 'socks4a', 1, '', ''],
    ['http://ann:secret@a.example:8080/', 'http', 8080, 'ann', 'secret'],
    ['https://a.example', 'https', 443, '', ''],
  ])('%s', (link, protocol, port, user, password) => {
    const host = 'a.example';
    expect(readEndpoint(link)).toEqual({ protocol, host, port, user, password });
  });

  it('rejects the URL of a page', () => {
    expect(reasonOf('https://a.example/list.txt')).toMatch(/path/);
  });
});

describe('any link', () => {
  it.each([
    ['', /does not start/],
    ['a.example:80', /does not start/],
    ['ftp://a.example:21', /scheme "ftp"/],
    ['__proto__://a', /does not start/],
    ['constructor://a', /scheme "constructor"/],
    [`vless://${ID}@a.example:443#${'x'.repeat(20_000)}`, /longer than/],
  ])('rejects %.60s', (link, reason) => {
    expect(reasonOf(link)).toMatch(reason);
  });

  it('reasons do not contain credentials', () => {
    for (const link of [
      'trojan://hunter2:443',
      'trojan://hunter2@a b:443',
      'ss://hunter2@a.example',
      'tuic://hunter2:hunter2@a.example:1',
      'hy2://hunter2',
      'vless://hunter2hunter2hunter2hunter2hunter2@a.example:99999',
    ]) {
      expect(reasonOf(link)).not.toContain('hunter2');
      expect(reasonOf(link)).not.toContain('parsed');
    }
  });

  it('keeps invalid percent-encoding and emoji in the name', () => {
    expect(parseShareLink('trojan://p@a.example:443#100%🔒%E2%9C%93%ZZ')).toMatchObject({
      remarks: '100%🔒✓%ZZ',
    });
  });
});
