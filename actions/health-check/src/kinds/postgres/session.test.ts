import { expect, test } from 'vitest';
import { fakeConnection } from '../../testing/fake-connection.ts';
import { encodeMessage, int32 } from './message.ts';
import { expectReady, logIn } from './session.ts';

const LOGIN = {
  user: 'app',
  password: 'secret-password',
  database: undefined,
  tls: 'prefer',
} as const;
const SERVICE = { ...LOGIN, host: 'db.example', port: 5432 };

test('does not send the password over an untrusted connection', async () => {
  const { connection, sent } = fakeConnection(encodeMessage('R', int32(3)));
  await expect(logIn(connection, LOGIN)).rejects.toThrow(
    'the connection is not trusted; use tls: require',
  );
  expect(Buffer.concat(sent).toString('latin1')).not.toContain('secret-password');
});

test.each([
  [
    'an unsupported authentication method',
    encodeMessage('R', int32(7)),
    'unsupported authentication method: 7',
  ],
  [
    'an unsupported SASL mechanism',
    encodeMessage('R', int32(10), 'OTHER\0\0'),
    'does not support SCRAM-SHA-256',
  ],
  ['an unexpected message', encodeMessage('T', int32(0)), 'the server does not speak'],
  ['a message that is too short', encodeMessage('R', 'x'), 'outside buffer bounds'],
])('rejects %s', async (_, answers, reason) => {
  await expect(logIn(fakeConnection(answers).connection, LOGIN)).rejects.toThrow(reason);
});

const error = (code: string) => encodeMessage('E', `SFATAL\0C${code}\0Mno\0\0`);

test('a server that requires authentication is ready', async () => {
  for (const answer of [
    encodeMessage('R', int32(10), 'SCRAM-SHA-256\0\0'),
    error('28000'),
    error('3D000'),
  ]) {
    await expect(expectReady(fakeConnection(answer).connection, SERVICE)).resolves.toBeUndefined();
  }
});

test.each(['57P03', '53300', 'XX000'])('a server is not ready with SQLSTATE %s', async (code) => {
  await expect(expectReady(fakeConnection(error(code)).connection, SERVICE)).rejects.toThrow(
    `SQLSTATE ${code}`,
  );
});
