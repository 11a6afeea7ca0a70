import { constants, createHash, publicEncrypt } from 'node:crypto';
import { plain } from '@repo/core/text/untrusted';
import { Refusal, type Wire } from '../connection.ts';
import type { Service } from '../service.ts';
import { fieldsOf, type Packets } from './packet.ts';

/** What the server says first. */
export interface Greeting {
  /** `10.11.14` */
  readonly version: string;
  readonly plugin: string;
  readonly salt: Buffer;
  readonly offersTls: boolean;
}

/** Flags of what client and server can do; the rest is nothing that a check needs. */
const CAN = {
  longPassword: 0x1,
  connectWithDatabase: 0x8,
  protocol41: 0x200,
  tls: 0x800,
  transactions: 0x2000,
  secureConnection: 0x8000,
  pluginAuth: 0x80000,
};

const UTF8MB4 = 45;
const MAX_PACKET = 1_048_576;

/** Throws a ServerError where the server does not even greet: too many connections, a blocked host. */
export async function readGreeting(packets: Packets): Promise<Greeting> {
  const fields = fieldsOf(await packets.next());
  if (fields.int(1) !== 10) throw new Refusal('it does not speak MySQL’s protocol');
  const version = fields.cString();
  fields.skip(4);
  const head = fields.bytes(8);
  fields.skip(1);
  const low = fields.int(2);
  fields.skip(3);
  const can = low + fields.int(2) * 0x10000;
  const saltLength = fields.int(1);
  fields.skip(10);
  const tail = fields.bytes(Math.max(13, saltLength - 8));
  return {
    // MariaDB puts 5.5.5- in front, for old clients.
    version: /^(?:5\.5\.5-)?(\d+(?:\.\d+)*)/.exec(version)?.[1] ?? plain(version, 80),
    salt: Buffer.concat([head, tail]).subarray(0, 20),
    plugin: fields.isAtEnd() ? 'mysql_native_password' : fields.cString(),
    offersTls: (can & CAN.tls) !== 0,
  };
}

/** Logs in; without a password only as far as the server lets somebody without one. */
export async function logIn(
  wire: Wire,
  packets: Packets,
  { plugin, salt, offersTls }: Greeting,
  { user = 'health-check', password, database, tls }: Service,
): Promise<void> {
  const secured = tls === 'require' || (tls === 'prefer' && offersTls);
  if (secured && !offersTls) throw new Refusal('it does not offer TLS');
  const flags =
    CAN.longPassword |
    CAN.protocol41 |
    CAN.transactions |
    CAN.secureConnection |
    CAN.pluginAuth |
    (database === undefined ? 0 : CAN.connectWithDatabase) |
    (secured ? CAN.tls : 0);
  const head = Buffer.alloc(32);
  head.writeUInt32LE(flags, 0);
  head.writeUInt32LE(MAX_PACKET, 4);
  head.writeUInt8(UTF8MB4, 8);
  if (secured) {
    packets.send(head);
    await wire.secure({ judged: tls === 'require' });
  }
  const proof = proofOf(plugin, salt, password) ?? Buffer.alloc(0);
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
  await authenticate(wire, packets, { plugin, salt, password });
}

interface Secret {
  readonly plugin: string;
  readonly salt: Buffer;
  readonly password: string | undefined;
}

async function authenticate(wire: Wire, packets: Packets, secret: Secret): Promise<void> {
  let { plugin, salt, password } = secret;
  for (;;) {
    const packet = await packets.next();
    const [kind, detail] = packet;
    if (kind === 0x00) return;
    if (kind === 0xfe) {
      const fields = fieldsOf(packet.subarray(1));
      plugin = fields.cString();
      salt = packet.subarray(plugin.length + 2).subarray(0, 20);
      const proof = proofOf(plugin, salt, password);
      if (proof === undefined) {
        throw new Refusal(`it wants a kind of login that is not known: ${plain(plugin, 60)}`);
      }
      packets.send(proof);
    } else if (kind === 0x01 && plugin === CACHING_SHA2) {
      if (detail === FULL_LOGIN) await sendPassword(wire, packets, salt, password ?? '');
      else if (detail !== FAST_LOGIN) throw new Refusal('it does not keep to the order of a login');
    } else throw new Refusal('it does not speak MySQL’s protocol');
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

/** That the password is known, without telling it; `undefined` for a plugin that is not known. */
function proofOf(plugin: string, salt: Buffer, password: string | undefined): Buffer | undefined {
  if (password === undefined || password === '') return Buffer.alloc(0);
  return PROOFS[plugin]?.(password, salt);
}

/** A server that has not seen this user lately wants the password itself. */
async function sendPassword(
  wire: Wire,
  packets: Packets,
  salt: Buffer,
  password: string,
): Promise<void> {
  if (!wire.confidential()) {
    throw new Refusal('it wants the password itself, where others could read it: use tls: require');
  }
  const clear = Buffer.from(`${password}\0`);
  if (wire.isSecured()) return packets.send(clear);
  packets.send(Buffer.from([ASK_FOR_KEY]));
  const answer = await packets.next();
  const hidden = clear.map((byte, index) => byte ^ (salt[index % salt.length] ?? 0));
  packets.send(encrypt(answer.toString('latin1', 1), Buffer.from(hidden)));
}

function encrypt(key: string, bytes: Buffer): Buffer {
  try {
    return publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING }, bytes);
  } catch {
    throw new Refusal('its public key is none, or too short for the password');
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
