import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { expect, test } from 'vitest';
import { scram } from './scram.ts';

// Real servers are asked in test/real; this is about those that are not what they say.
const NONCE = 'rOprNGfwEbeRWgbNEkqO';
const SALT = 'W22ZaJ0SNY7soEsUEjb6gQ==';
const SERVER_FIRST = `r=${NONCE}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=${SALT},i=4096`;

/** What a server says in the end that knows the password (RFC 5802, section 3). */
function signatureOf(password: string): string {
  const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const salted = pbkdf2Sync(password, Buffer.from(SALT, 'base64'), 4096, 32, 'sha256');
  const [nonce] = /r=[^,]*/.exec(SERVER_FIRST) ?? [];
  const signed = `n=,r=${NONCE},${SERVER_FIRST},c=biws,${nonce}`;
  return hmac(hmac(salted, 'Server Key'), signed).toString('base64');
}

test('the proof is one that the server can check, and the server proves itself', async () => {
  const client = scram('pencil', NONCE);
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
  expect(() => verify(`v=${signatureOf('pencil')}`)).not.toThrow();
  for (const wrong of [`v=${signatureOf('other')}`, 'v=', 'e=other-error', '']) {
    expect(() => verify(wrong)).toThrow('it is not that server');
  }
});

test.each([
  ['a nonce that is not ours', SERVER_FIRST.replace('rOpr', 'xxxx')],
  ['a nonce that adds nothing', `r=${NONCE},s=${SALT},i=4096`],
  ['no salt', SERVER_FIRST.replace(/,s=[^,]*/, '')],
  ['no rounds', SERVER_FIRST.replace('i=4096', 'i=0')],
  ['rounds that are no number', SERVER_FIRST.replace('i=4096', 'i=x')],
  ['nothing', ''],
])('%s is refused', async (_, first) => {
  await expect(scram('pencil', NONCE).final(first)).rejects.toThrow('makes no sense');
});

test('rounds without end are refused', async () => {
  const first = SERVER_FIRST.replace('i=4096', 'i=2000000000');
  await expect(scram('pencil', NONCE).final(first)).rejects.toThrow('more than 1000000 rounds');
});
