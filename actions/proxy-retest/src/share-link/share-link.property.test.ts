import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endpoints } from '../testing/arbitrary-endpoints.ts';
import { formatShareLink, parseShareLink } from './share-link.ts';

const SCHEMES = 'vmess vless trojan ss hysteria2 hy2 tuic wireguard socks socks5 http https'.split(
  ' ',
);
const remarks = fc.string({ maxLength: 20, unit: 'grapheme' }).map((text) => text.trim());

describe('format → parse', () => {
  it.each(Object.entries(endpoints))('%s is parsed to the same endpoint', (_protocol, endpoint) => {
    fc.assert(
      fc.property(endpoint, remarks, (given, name) => {
        const link = formatShareLink({ endpoint: given, remarks: name });
        expect(parseShareLink(link)).toEqual({ kind: 'endpoint', endpoint: given, remarks: name });
        expect(link).toMatch(/^[!-~]+$/);
      }),
    );
  });
});

describe('any text', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom(
      ...'@ : / ? # & = % [ ] [::1] %00 %ff { } , - 443 0 99999 type=ws pbk= ed='.split(' '),
    ),
    fc.base64String({ maxLength: 40 }),
    fc.json({ maxDepth: 2 }).map((json) => Buffer.from(json).toString('base64')),
    fc
      .record(
        {
          add: fc.jsonValue(),
          port: fc.jsonValue(),
          id: fc.jsonValue(),
          net: fc.constantFrom('ws', 'grpc', 'tcp', '__proto__', 'constructor'),
          tls: fc.jsonValue(),
          path: fc.jsonValue(),
        },
        { requiredKeys: [] },
      )
      .map((json) => Buffer.from(JSON.stringify(json)).toString('base64')),
  );
  const hostile = fc
    .tuple(
      fc.constantFrom(...SCHEMES, '', 'constructor', '__proto__'),
      fc.array(piece, { maxLength: 8 }),
    )
    .map(([scheme, pieces]) => `${scheme}://${pieces.join('')}`);

  it('is a valid endpoint or has a reason on one printable line', () => {
    fc.assert(
      fc.property(fc.oneof(hostile, fc.string({ unit: 'binary' })), (text) => {
        const parsed = parseShareLink(text);
        if (parsed.kind === 'invalid') {
          expect(parsed.reason).toMatch(/^\P{Cc}{10,120}$/u);
        } else {
          const { host, port } = parsed.endpoint;
          expect(host).toMatch(/^[a-z0-9._:-]+$/);
          expect(port >= 1 && port <= 65_535 && Number.isInteger(port)).toBe(true);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
