import { constants, createHash, publicEncrypt } from 'node:crypto';
import { plain } from '@repo/core/text/untrusted';
import { type Connection, ProtocolError } from '../connection.ts';
import type { Service } from '../service.ts';
import { createFieldReader, type Packets } from './packet.ts';

/** The initial packet of the server. */
export interface Greeting {
  /** `10.11.14` */
  readonly version: string;
  readonly plugin: string;
  readonly salt: Buffer;
  readonly offersTls: boolean;
}

/** The capability flags that a check needs. */
const CAPABILITIES = {
  longPassword: 0x1,
  connectWithDatabase: 0x8,
  protocol41: 0x200,
  tls: 0x800,
  transactions: 0x2000,
  secureConnection: 0x8000,
  pluginAuth: 0x80000,
};

const UTF8MB4 = 45;
const MAX_PACKET_BYTES = 1_048_576;

/** Throws a MysqlError when the server refuses the connection: too many, or a blocked host. */
export async function readGreeting(packets: Packets): Promise<Greeting> {
  const fields = createFieldReader(await packets.next());
  if (fields.int(1) !== 10) throw new ProtocolError('the server does not speak the MySQL protocol');
  const version = fields.cString();
  fields.skip(4);
  const head = fields.bytes(8);
  fields.skip(1);
  const low = fields.int(2);
  fields.skip(3);
  const capabilities = low + fields.int(2) * 0x10000;
  const saltLength = fields.int(1);
  fields.skip(10);
  const tail = fields.bytes(Math.max(13, saltLength - 8));
  return {
    // MariaDB adds the prefix 5.5.5- for old clients.
    version: /^(?:5\.5\.5-)?(\d+(?:\.\d+)*)/.exec(version)?.[1] ?? plain(version, 80),
    salt: Buffer.concat([head, tail]).subarray(0, 20),
    plugin: fields.isAtEnd() ? 'mysql_native_password' : fields.cString(),
    offersTls: (capabilities & CAPABILITIES.tls) !== 0,
  };
}

/** Logs in with or without a password. */
export async function logIn(
  connection: Connection,
  packets: Packets,
  { plugin, salt, offersTls }: Greeting,
  { user = 'health-check', password, database, tls }: Service,
): Promise<void> {
  const useTls = tls === 'require' || (tls === 'prefer' && offersTls);
  if (useTls && !offersTls) throw new ProtocolError('the server does not offer TLS');
  const flags =
    CAPABILITIES.longPassword |
    CAPABILITIES.protocol41 |
    CAPABILITIES.transactions |
    CAPABILITIES.secureConnection |
    CAPABILITIES.pluginAuth |
    (database === undefined ? 0 : CAPABILITIES.connectWithDatabase) |
    (useTls ? CAPABILITIES.tls : 0);
  const head = Buffer.alloc(32);
  head.writeUInt32LE(flags, 0);
  head.writeUInt32LE(MAX_PACKET_BYTES, 4);
  head.writeUInt8(UTF8MB4, 8);
  if (useTls) {
    packets.send(head);
    await connection.startTls({ verify: tls === 'require' });
  }
  const proof = computeProof(plugin, salt, password) ?? Buffer.alloc(0);
  const names = [...(database === undefined ? [] : [database]), plugin].map((one) => `${one}\0`);
  packets.send(
    Buffer.concat([
      head,
      Buffer.from(`${user}\0`),
      Buffer.from([proof.length]),
      proof,
      Buffer.from(names.join('')),
    ]),
  );
  await authenticate(connection, packets, { plugin, salt, password });
}

interface Credentials {
  readonly plugin: string;
  readonly salt: Buffer;
  readonly password: string | undefined;
}

async function authenticate(
  connection: Connection,
  packets: Packets,
  credentials: Credentials,
): Promise<void> {
  const { password } = credentials;
  let { plugin, salt } = credentials;
  for (;;) {
    const packet = await packets.next();
    const [kind, detail] = packet;
    if (kind === 0x00) return;
    if (kind === 0xfe) {
      const fields = createFieldReader(packet.subarray(1));
      plugin = fields.cString();
      salt = packet.subarray(plugin.length + 2).subarray(0, 20);
      const proof = computeProof(plugin, salt, password);
      if (proof === undefined) {
        throw new ProtocolError(
          `the server requires an unsupported authentication plugin: ${plain(plugin, 60)}`,
        );
      }
      packets.send(proof);
    } else if (kind === 0x01 && plugin === CACHING_SHA2) {
      if (detail === FULL_LOGIN) await sendPassword(connection, packets, salt, password ?? '');
      else if (detail !== FAST_LOGIN) {
        throw new ProtocolError('the server sent an unexpected authentication packet');
      }
    } else throw new ProtocolError('the server does not speak the MySQL protocol');
  }
}

const CACHING_SHA2 = 'caching_sha2_password';
const FAST_LOGIN = 3;
const FULL_LOGIN = 4;
const ASK_FOR_KEY = 2;

const PROOFS: Readonly<Record<string, (password: string, salt: Buffer) => Buffer>> = {
  mysql_native_password: (password, salt) => {
    const once = sha1(password);
    return xor(once, sha1(salt, sha1(once)));
  },
  [CACHING_SHA2]: (password, salt) => {
    const once = sha256(password);
    return xor(once, sha256(sha256(once), salt));
  },
};

/** The proof of the password; `undefined` for an unsupported plugin. */
function computeProof(
  plugin: string,
  salt: Buffer,
  password: string | undefined,
): Buffer | undefined {
  if (password === undefined || password === '') return Buffer.alloc(0);
  return PROOFS[plugin]?.(password, salt);
}

/** A server without a cached hash of the password requires the password in clear text. */
async function sendPassword(
  connection: Connection,
  packets: Packets,
  salt: Buffer,
  password: string,
): Promise<void> {
  if (!connection.isConfidential()) {
    throw new ProtocolError(
      'the server requires the password in clear text, but the connection is not trusted; use tls: require',
    );
  }
  const clear = Buffer.from(`${password}\0`);
  if (connection.isEncrypted()) return packets.send(clear);
  packets.send(Buffer.from([ASK_FOR_KEY]));
  const answer = await packets.next();
  const hidden = clear.map((byte, index) => byte ^ (salt[index % salt.length] ?? 0));
  packets.send(encrypt(answer.toString('latin1', 1), Buffer.from(hidden)));
}

function encrypt(key: string, bytes: Buffer): Buffer {
  try {
    return publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING }, bytes);
  } catch {
    throw new ProtocolError('the public key of the server is invalid or too short');
  }
}

function sha1(...parts: readonly (string | Buffer)[]): Buffer {
  return digest('sha1', parts);
}

function sha256(...parts: readonly (string | Buffer)[]): Buffer {
  return digest('sha256', parts);
}

function digest(name: string, parts: readonly (string | Buffer)[]): Buffer {
  const hash = createHash(name);
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function xor(one: Buffer, other: Buffer): Buffer {
  return Buffer.from(one.map((byte, index) => byte ^ (other[index] ?? 0)));
}
