import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { Refusal } from '../connection.ts';

/** Most rounds of hashing that a server may ask for; PostgreSQL's default is 4,096. */
const MOST_ITERATIONS = 1_000_000;

const derive = promisify(pbkdf2);

/** The client's side of SCRAM-SHA-256 (RFC 5802, RFC 7677), without channel binding. */
export interface Scram {
  readonly first: string;
  /** The answer to the server's first message, and the check of its last. */
  readonly final: (
    serverFirst: string,
  ) => Promise<{ readonly text: string; readonly verify: (serverFinal: string) => void }>;
}

/** @param nonce only for tests */
export function scram(password: string, nonce = randomBytes(18).toString('base64')): Scram {
  // The server knows the user from the start of the session.
  const bare = `n=,r=${nonce}`;
  return {
    first: `n,,${bare}`,
    final: async (serverFirst) => {
      const { r = '', s = '', i = '' } = attributes(serverFirst);
      const iterations = Number(i);
      if (!r.startsWith(nonce) || r === nonce || s === '' || !(iterations >= 1)) {
        throw new Refusal('its SCRAM message makes no sense');
      }
      if (iterations > MOST_ITERATIONS) {
        throw new Refusal(`it wants more than ${MOST_ITERATIONS} rounds of SCRAM`);
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
            throw new Refusal('it does not know the password itself: it is not that server');
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
