import { expect, test } from 'vitest';
import { fakeWire } from '../../testing/fake-connection.ts';
import { int32, message } from './message.ts';
import { isReady, logIn } from './session.ts';

const LOGIN = {
  user: 'app',
  password: 'secret-password',
  database: undefined,
  tls: 'prefer',
} as const;
const SERVICE = { ...LOGIN, host: 'db.example', port: 5432 };

test('a server that strangers may be is not told the password in clear text', async () => {
  const { wire, sent } = fakeWire(message('R', int32(3)));
  await expect(logIn(wire, LOGIN)).rejects.toThrow('where others could read it: use tls');
  expect(Buffer.concat(sent).toString('latin1')).not.toContain('secret-password');
});

test.each([
  ['a login that is not known', message('R', int32(7)), 'a kind of login that is not known (7)'],
  ['SASL that is not known', message('R', int32(10), 'OTHER\0\0'), 'a kind of login'],
  ['something else', message('T', int32(0)), 'it does not speak'],
  ['an answer that is too short', message('R', 'x'), 'outside buffer bounds'],
])('%s is refused', async (_, answers, reason) => {
  await expect(logIn(fakeWire(answers).wire, LOGIN)).rejects.toThrow(reason);
});

const error = (code: string) => message('E', `SFATAL\0C${code}\0Mno\0\0`);

test('it is ready when it cares who one is', async () => {
  for (const answer of [
    message('R', int32(10), 'SCRAM-SHA-256\0\0'),
    error('28000'),
    error('3D000'),
  ]) {
    await expect(isReady(fakeWire(answer).wire, SERVICE)).resolves.toBeUndefined();
  }
});

test.each(['57P03', '53300', 'XX000'])('it is not with %s', async (code) => {
  await expect(isReady(fakeWire(error(code)).wire, SERVICE)).rejects.toThrow(`SQLSTATE ${code}`);
});
