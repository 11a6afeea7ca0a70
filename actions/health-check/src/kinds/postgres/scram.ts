import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { ProtocolError } from '../connection.ts';

/** A malicious server could request endless iterations. The default of PostgreSQL is 4,096. */
const MAX_ITERATIONS = 1_000_000;

const derive = promisify(pbkdf2);

/** A SCRAM-SHA-256 client (RFC 5802, RFC 7677) without channel binding. */
export interface Scram {
  readonly first: string;
  /** Returns the response to the first server message and a check of the last one. */
  readonly final: (
    serverFirst: string,
  ) => Promise<{ readonly text: string; readonly verify: (serverFinal: string) => void }>;
}

/** @param nonce only for tests */
export function createScram(password: string, nonce = randomBytes(18).toString('base64')): Scram {
  // The user name is empty: the server uses the one of the startup message.
  const bare = `n=,r=${nonce}`;
  return {
    first: `n,,${bare}`,
    final: async (serverFirst) => {
      const { r = '', s = '', i = '' } = attributes(serverFirst);
      const iterations = Number(i);
      if (!r.startsWith(nonce) || r === nonce || s === '' || !(iterations >= 1)) {
        throw new ProtocolError('the server sent an invalid SCRAM message');
      }
      if (iterations > MAX_ITERATIONS) {
        throw new ProtocolError(`the server requires more than ${MAX_ITERATIONS} SCRAM iterations`);
      }
      const salted = await derive(
        password.normalize('NFKC'),
        Buffer.from(s, 'base64'),
        iterations,
        32,
        'sha256',
      );
      const clientKey = hmac(salted, 'Client Key');
      const withoutProof = `c=biws,r=${r}`;
      const signed = `${bare},${serverFirst},${withoutProof}`;
      const signature = hmac(createHash('sha256').update(clientKey).digest(), signed);
      const proof = Buffer.from(clientKey.map((byte, index) => byte ^ (signature[index] ?? 0)));
      const expected = hmac(hmac(salted, 'Server Key'), signed);
      return {
        text: `${withoutProof},p=${proof.toString('base64')}`,
        verify: (serverFinal) => {
          const given = Buffer.from(attributes(serverFinal).v ?? '', 'base64');
          if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
            throw new ProtocolError('the server could not prove that it knows the password');
          }
        },
      };
    },
  };
}

function attributes(message: string): Readonly<Partial<Record<string, string>>> {
  return Object.fromEntries(message.split(',').map((part) => [part.slice(0, 1), part.slice(2)]));
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
