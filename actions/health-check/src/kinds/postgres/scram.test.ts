import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { expect, test } from 'vitest';
import { createScram } from './scram.ts';

// test/real uses real servers; these tests are about malicious ones.
const NONCE = 'rOprNGfwEbeRWgbNEkqO';
const SALT = 'W22ZaJ0SNY7soEsUEjb6gQ==';
const SERVER_FIRST = `r=${NONCE}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=${SALT},i=4096`;

/** The signature of a server that knows the password (RFC 5802, section 3). */
function computeSignature(password: string): string {
  const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const salted = pbkdf2Sync(password, Buffer.from(SALT, 'base64'), 4096, 32, 'sha256');
  const [nonce] = /r=[^,]*/.exec(SERVER_FIRST) ?? [];
  const signed = `n=,r=${NONCE},${SERVER_FIRST},c=biws,${nonce}`;
  return hmac(hmac(salted, 'Server Key'), signed).toString('base64');
}

test('creates a valid proof and verifies the signature of the server', async () => {
  const client = createScram('pencil', NONCE);
  expect(client.first).toBe(`n,,n=,r=${NONCE}`);
  const { text, verify } = await client.final(SERVER_FIRST);
  const [, proof = ''] = /,p=(.*)$/.exec(text) ?? [];
  const salted = pbkdf2Sync('pencil', Buffer.from(SALT, 'base64'), 4096, 32, 'sha256');
  const clientKey = createHmac('sha256', salted).update('Client Key').digest();
  const storedKey = createHash('sha256').update(clientKey).digest();
  const signed = `n=,r=${NONCE},${SERVER_FIRST},${text.replace(/,p=.*/, '')}`;
  const signature = createHmac('sha256', storedKey).update(signed).digest();
  const key = Buffer.from(proof, 'base64').map((byte, at) => byte ^ (signature[at] ?? 0));
  expect(createHash('sha256').update(key).digest()).toEqual(storedKey);
  expect(() => verify(`v=${computeSignature('pencil')}`)).not.toThrow();
  for (const wrong of [`v=${computeSignature('other')}`, 'v=', 'e=other-error', '']) {
    expect(() => verify(wrong)).toThrow('the server could not prove');
  }
});

test.each([
  ['a nonce of another client', SERVER_FIRST.replace('rOpr', 'xxxx')],
  ['a nonce without a server part', `r=${NONCE},s=${SALT},i=4096`],
  ['no salt', SERVER_FIRST.replace(/,s=[^,]*/, '')],
  ['no iterations', SERVER_FIRST.replace('i=4096', 'i=0')],
  ['an invalid number of iterations', SERVER_FIRST.replace('i=4096', 'i=x')],
  ['an empty message', ''],
])('rejects %s', async (_, first) => {
  await expect(createScram('pencil', NONCE).final(first)).rejects.toThrow(
    'an invalid SCRAM message',
  );
});

test('rejects an excessive number of iterations', async () => {
  const first = SERVER_FIRST.replace('i=4096', 'i=2000000000');
  await expect(createScram('pencil', NONCE).final(first)).rejects.toThrow(
    'more than 1000000 SCRAM iterations',
  );
});
