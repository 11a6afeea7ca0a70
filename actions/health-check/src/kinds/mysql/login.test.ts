import { expect, test } from 'vitest';
import { fakeConnection } from '../../testing/fake-connection.ts';
import { logIn } from './login.ts';
import { createPackets } from './packet.ts';

test('does not send the password over an untrusted connection', async () => {
  // The server requests the password in clear text.
  const { connection, sent } = fakeConnection(Buffer.from([2, 0, 0, 2, 1, 4]));
  const greeting = {
    version: '8.4.3',
    plugin: 'caching_sha2_password',
    salt: Buffer.alloc(20, 's'),
    offersTls: false,
  };
  const service = {
    host: 'db.example',
    port: 3306,
    user: 'app',
    password: 'secret-password',
    database: undefined,
    tls: 'prefer',
  } as const;
  await expect(logIn(connection, createPackets(connection), greeting, service)).rejects.toThrow(
    'the connection is not trusted; use tls: require',
  );
  expect(Buffer.concat(sent).toString('latin1')).not.toContain('secret-password');
  // The client did not request a public key either: an attacker could provide one.
  expect(sent).toHaveLength(1);
});
