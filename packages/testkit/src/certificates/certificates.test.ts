import { createPrivateKey, X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { respond } from '../faults/answers.ts';
import { startHttpServer } from '../faults/http-server.ts';
import { requestOnce } from '../faults/request-once.ts';
import { certificates, type KeyPair } from './certificates.ts';

const all = certificates();

async function ask(pair: KeyPair, options = {}) {
  await using server = await startHttpServer({ script: respond(200), tls: { pair } });
  return await requestOnce(server.url, { ca: all.ca.cert, ...options });
}

test('a verifying client accepts the valid certificate by address and by name', async () => {
  expect((await ask(all.good)).status).toBe(200);
  expect((await ask(all.good, { servername: 'localhost' })).status).toBe(200);
});

test.each([
  ['expired', 'CERT_HAS_EXPIRED'],
  ['notYetValid', 'CERT_NOT_YET_VALID'],
  ['selfSigned', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ['wrongName', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['untrustedChain', 'SELF_SIGNED_CERT_IN_CHAIN'],
  ['expiredIntermediate', 'CERT_HAS_EXPIRED'],
] as const)('a verifying client rejects %s: %s', async (name, code) => {
  await expect(ask(all[name])).rejects.toMatchObject({ code });
});

test('certificates have the dates of the README', () => {
  const dates = (name: Exclude<keyof typeof all, 'ca'>) => {
    const { validFromDate, validToDate } = new X509Certificate(all[name].cert);
    return [validFromDate.getUTCFullYear(), validToDate.getUTCFullYear()];
  };
  expect(dates('good')).toEqual([2025, 2125]);
  expect(dates('expired')).toEqual([2020, 2021]);
  expect(dates('notYetValid')).toEqual([2120, 2125]);
  for (const name of [
    'selfSigned',
    'wrongName',
    'untrustedChain',
    'expiredIntermediate',
    'client',
  ] as const) {
    expect(dates(name)).toEqual([2025, 2125]);
  }
});

test('the valid certificate has the local names', () => {
  const { subjectAltName } = new X509Certificate(all.good.cert);
  expect(subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1');
});

test.each(['good', 'client'] as const)(
  '%s is signed by the test CA and matches its key',
  (name) => {
    const { cert, key } = all[name];
    const certificate = new X509Certificate(cert);
    expect(certificate.verify(new X509Certificate(all.ca.cert).publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(key))).toBe(true);
  },
);
