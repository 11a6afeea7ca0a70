import { expect, test } from 'vitest';
import { fakeWire } from '../../testing/fake-connection.ts';
import { logIn } from './login.ts';
import { packetsOf } from './packet.ts';

test('a server that strangers may be is not told the password, however it asks', async () => {
  // It wants a login that tells the password.
  const { wire, sent } = fakeWire(Buffer.from([2, 0, 0, 2, 1, 4]));
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
  await expect(logIn(wire, packetsOf(wire), greeting, service)).rejects.toThrow(
    'where others could read it: use tls: require',
  );
  expect(Buffer.concat(sent).toString('latin1')).not.toContain('secret-password');
  // Neither has it asked for a key to tell it under, which a stranger could have made.
  expect(sent).toHaveLength(1);
});
