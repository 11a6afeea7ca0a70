import type { CertificateFacts } from '@repo/probe/certificate';
import { expect, test } from 'vitest';
import { toCertificateEvidence, toTlsFacts } from './certificate.ts';

const CERTIFICATE: CertificateFacts = {
  version: 'TLSv1.3',
  cipher: 'TLS_AES_256_GCM_SHA384',
  validFrom: new Date('2026-01-01T00:00:00Z'),
  validTo: new Date('2026-03-01T12:00:00Z'),
  subject: 'CN=shop.example',
  issuer: 'CN=An authority',
  names: ['shop.example', '192.0.2.1'],
  fingerprint256: 'AB:CD',
  trusted: true,
  problems: [],
};

const at = (time: string) => new Date(time).getTime();

test('provides the tls variable', () => {
  expect(toTlsFacts(CERTIFICATE, at('2026-02-01T00:00:00Z'))).toEqual({
    version: 'TLSv1.3',
    daysLeft: 28,
    validFrom: '2026-01-01T00:00:00.000Z',
    validTo: '2026-03-01T12:00:00.000Z',
    issuer: 'CN=An authority',
    subject: 'CN=shop.example',
    names: ['shop.example', '192.0.2.1'],
    trusted: true,
    error: '',
  });
});

test.each([
  ['2026-03-01T11:59:59Z', 0],
  ['2026-02-28T12:00:00Z', 1],
  ['2026-03-01T12:00:01Z', -1],
  ['2026-04-01T12:00:00Z', -31],
])('at %s, %d days are left', (time, daysLeft) => {
  expect(toTlsFacts(CERTIFICATE, at(time)).daysLeft).toBe(daysLeft);
});

const problems = [
  { kind: 'certificate-expired', message: 'the certificate expired on 2026-03-01' },
  { kind: 'certificate-wrong-name', message: 'the certificate is for a.example' },
] as const;

test('reports the worst problem as the error', () => {
  expect(toTlsFacts({ ...CERTIFICATE, trusted: false, problems }, 0)).toMatchObject({
    trusted: false,
    error: 'the certificate expired on 2026-03-01',
  });
});

test('creates evidence', () => {
  expect(toCertificateEvidence({ ...CERTIFICATE, problems })).toEqual({
    title: 'certificate',
    lines: [
      'subject CN=shop.example',
      'issuer CN=An authority',
      'names shop.example, 192.0.2.1',
      'valid 2026-01-01T00:00:00.000Z to 2026-03-01T12:00:00.000Z',
      'the certificate expired on 2026-03-01',
      'the certificate is for a.example',
    ],
  });
});

test('escapes untrusted text of a certificate', () => {
  const hostile: CertificateFacts = {
    ...CERTIFICATE,
    subject: `CN=\u001b[31m\n::error::${'x'.repeat(1_000)}`,
    names: Array.from({ length: 1_000 }, (_, index) => `a${index}.example`),
    validTo: new Date('invalid date at all'),
  };
  const { lines } = toCertificateEvidence(hostile);
  expect(lines).toHaveLength(4);
  for (const line of lines) expect(line.length).toBeLessThan(310);
  expect(lines.join('')).not.toContain('\u001b');
  expect(toTlsFacts(hostile, 0).validTo).toBe('invalid date');
});
