import { constants, createHash, generateKeyPairSync, privateDecrypt } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { attemptContext } from '@repo/checks/testing/attempt-context';
import { certificates } from '@repo/testkit/certificates/certificates';
import { describe, expect, test } from 'vitest';
import { mysql } from './mysql.ts';

// test/real uses MariaDB, the only server in Debian. A fake server covers the protocol of MySQL:
// https://dev.mysql.com/doc/dev/mysql-server/latest/page_caching_sha2_authentication_exchanges.html

const PASSWORD = 'pässword';
const SALT = Buffer.from('12345678901234567890');
const { good } = certificates();
const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });

describe('caching_sha2_password', () => {
  test('sends a proof if the server has cached the password', async () => {
    expect(await look({ remembers: true })).toMatchObject([
      { state: 'answered', facts: { version: '8.4.3' } },
    ]);
    expect(await look({ remembers: true, given: 'other' })).toMatchObject([
      { state: 'failed', reason: "Access denied for user 'app' (error 1045)" },
    ]);
  });

  test('sends the password encrypted with the public key otherwise', async () => {
    expect(await look({})).toMatchObject([{ state: 'answered' }]);
    expect(await look({ given: 'other' })).toMatchObject([{ state: 'failed' }]);
  });

  test('sends the password over TLS otherwise', async () => {
    expect(await look({ tls: true })).toMatchObject([
      { state: 'answered', phases: { tls: expect.any(Number) } },
    ]);
    expect(await look({ tls: true, given: 'other' })).toMatchObject([{ state: 'failed' }]);
  });

  test('rejects an invalid public key', async () => {
    expect(await look({ key: 'no key' })).toMatchObject([
      { state: 'failed', reason: 'the public key of the server is invalid or too short' },
    ]);
  });
});

test('switches to a supported authentication plugin', async () => {
  expect(await look({ remembers: true, first: 'mysql_native_password' })).toMatchObject([
    { state: 'answered' },
  ]);
  expect(await look({ first: 'mysql_native_password', second: 'dialog' })).toMatchObject([
    { state: 'failed', reason: 'the server requires an unsupported authentication plugin: dialog' },
  ]);
});

interface Scenario {
  readonly given?: string;
  readonly remembers?: boolean;
  readonly tls?: boolean;
  readonly key?: string;
  /** The plugins of the greeting, and of the request to switch. */
  readonly first?: string;
  readonly second?: string;
}

async function look(scenario: Scenario) {
  await using server = await startMysql(scenario);
  const password = encodeURIComponent(scenario.given ?? PASSWORD);
  const url = new URL(`mysql://app:${password}@127.0.0.1:${server.port}`);
  const { attempt } = mysql.fromUrl?.(url, REQUEST) ?? expect.unreachable();
  return await attempt(attemptContext());
}

const REQUEST = {
  method: 'GET',
  headers: {},
  body: undefined,
  followRedirects: true,
  maxRedirects: 10,
};

async function startMysql(scenario: Scenario) {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    void serve(socket, scenario).catch(() => socket.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}

const OK = Buffer.from([0, 0, 0, 2, 0, 0, 0]);
const DENIED = Buffer.from("\xff\x15\x04#28000Access denied for user 'app'", 'latin1');

async function serve(raw: Socket, { remembers, tls, key, first, second }: Scenario): Promise<void> {
  let socket = raw;
  const plugin = first ?? 'caching_sha2_password';
  let packets = readPackets(socket);
  send(socket, 0, greeting(plugin, tls === true));
  let login = await packets.next();
  if (tls) {
    packets.stop();
    socket = await startTls(raw);
    packets = readPackets(socket);
    login = await packets.next();
  }
  const nameEnd = login.body.indexOf(0, 32) + 1;
  let proof = login.body.subarray(nameEnd + 1, nameEnd + 1 + (login.body[nameEnd] ?? 0));
  let { number } = login;
  if (first !== undefined) {
    const name = second ?? 'caching_sha2_password';
    send(socket, number + 1, Buffer.from(`\xfe${name}\0${SALT}\0`, 'latin1'));
    const switched = await packets.next();
    proof = switched.body;
    number = switched.number;
  }
  if (remembers) {
    const right = isValidProof(proof);
    if (right) send(socket, number + 1, Buffer.from([1, 3]));
    send(socket, number + (right ? 2 : 1), right ? OK : DENIED);
  } else {
    send(socket, number + 1, Buffer.from([1, 4]));
    let answer = await packets.next();
    if (!tls) {
      const pem = key ?? keys.publicKey.export({ type: 'spki', format: 'pem' });
      send(socket, answer.number + 1, Buffer.concat([Buffer.from([1]), Buffer.from(pem)]));
      answer = await packets.next();
    }
    const password = tls ? answer.body : decryptPassword(answer.body);
    send(socket, answer.number + 1, `${password}` === `${PASSWORD}\0` ? OK : DENIED);
  }
  const ping = await packets.next();
  send(socket, ping.number + 1, OK);
}

/** Upgrades the connection through a local TLS server: the client starts TLS at once. */
async function startTls(raw: Socket): Promise<Socket> {
  const server = createTlsServer({ key: good.key, cert: good.cert }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bridge = connect((server.address() as AddressInfo).port, '127.0.0.1');
  bridge.on('error', () => {});
  raw.pipe(bridge).pipe(raw);
  const [socket] = await once(server, 'secureConnection');
  server.close();
  return socket.on('error', () => {});
}

/** Verifies the proof like a server, which stores only a double hash of the password. */
function isValidProof(proof: Buffer): boolean {
  const stored = sha256(sha256(Buffer.from(PASSWORD)));
  const mask = sha256(Buffer.concat([stored, SALT]));
  return sha256(Buffer.from(proof.map((byte, at) => byte ^ (mask[at] ?? 0)))).equals(stored);
}

function decryptPassword(bytes: Buffer): Buffer {
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const hidden = privateDecrypt({ key: keys.privateKey, padding }, bytes);
  return Buffer.from(hidden.map((byte, at) => byte ^ (SALT[at % SALT.length] ?? 0)));
}

function greeting(plugin: string, tls: boolean): Buffer {
  const capabilities = 0x000a_ffff & (tls ? ~0 : ~0x800);
  const low = Buffer.alloc(2);
  low.writeUInt16LE(capabilities & 0xffff);
  const high = Buffer.alloc(2);
  high.writeUInt16LE(capabilities >>> 16);
  return Buffer.concat([
    Buffer.from('\x0a8.4.3\0\x01\0\0\0', 'latin1'),
    SALT.subarray(0, 8),
    Buffer.from([0]),
    low,
    Buffer.from([255, 2, 0]),
    high,
    Buffer.from([21]),
    Buffer.alloc(10),
    SALT.subarray(8),
    Buffer.from(`\0${plugin}\0`),
  ]);
}

function send(socket: Socket, number: number, body: Buffer): void {
  const head = Buffer.alloc(4);
  head.writeUIntLE(body.length, 0, 3);
  head.writeUInt8(number, 3);
  socket.write(Buffer.concat([head, body]));
}

/** Reads the packets of a client. */
function readPackets(socket: Socket) {
  let bytes = Buffer.alloc(0);
  const take = (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
  };
  socket.on('data', take);
  const has = async (length: number) => {
    while (bytes.length < length) await once(socket, 'data');
  };
  return {
    next: async () => {
      await has(4);
      const length = bytes.readUIntLE(0, 3);
      await has(4 + length);
      const packet = { number: bytes.readUInt8(3), body: bytes.subarray(4, 4 + length) };
      bytes = bytes.subarray(4 + length);
      return packet;
    },
    /** Returns the data received so far to the socket. */
    stop: () => {
      socket.off('data', take).pause();
      if (bytes.length > 0) socket.unshift(bytes);
    },
  };
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}
