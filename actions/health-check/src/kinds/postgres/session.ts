import { createHash } from 'node:crypto';
import { type Connection, ProtocolError } from '../connection.ts';
import type { Service } from '../service.ts';
import { cString, encodeMessage, int32, nextMessage, PostgresError } from './message.ts';
import { createScram } from './scram.ts';

const SSL_REQUEST = 80_877_103;
const PROTOCOL_3_0 = 196_608;

type Login = Pick<Service, 'database' | 'tls'> & {
  readonly user: string;
  readonly password: string | undefined;
};

/** Requests TLS, depending on the mode. */
export async function negotiateTls(connection: Connection, tls: Service['tls']): Promise<void> {
  if (tls === 'disable') return;
  connection.send(encodeMessage('', int32(SSL_REQUEST)));
  const answer = (await connection.read(1)).toString('latin1');
  if (answer === 'S') return connection.startTls({ verify: tls === 'require', alpn: 'postgresql' });
  if (answer !== 'N') throw new ProtocolError('the server does not speak the PostgreSQL protocol');
  if (tls === 'require') throw new ProtocolError('the server does not offer TLS');
}

function sendStartup(
  connection: Connection,
  { user, database }: Pick<Login, 'user' | 'database'>,
): void {
  const parameters = { user, ...(database !== undefined && { database }) };
  const pairs = Object.entries({ ...parameters, application_name: 'health-check' }).flat();
  connection.send(encodeMessage('', int32(PROTOCOL_3_0), ...pairs.map(cString), '\0'));
}

/** Opens a session. Returns the server parameters, such as `server_version`. */
export async function logIn(
  connection: Connection,
  login: Login,
): Promise<ReadonlyMap<string, string>> {
  sendStartup(connection, login);
  await authenticate(connection, login);
  const parameters = new Map<string, string>();
  for (;;) {
    const { type } = await nextMessage(connection, (name, value) => parameters.set(name, value));
    if (type === 'Z') return parameters;
  }
}

/**
 * Throws if the server does not accept sessions. Like `pg_isready`, it does not log in: a rejected
 * user or database shows that the server is ready.
 */
export async function expectReady(connection: Connection, { database }: Service): Promise<void> {
  try {
    sendStartup(connection, { user: 'postgres', database });
    await nextMessage(connection);
    connection.send(encodeMessage('X'));
  } catch (error) {
    if (!(error instanceof PostgresError) || !/^(28|3D)/.test(error.code)) throw error;
  }
}

async function authenticate(connection: Connection, { user, password }: Login): Promise<void> {
  for (;;) {
    const { type, body } = await nextMessage(connection);
    if (type !== 'R') {
      throw new ProtocolError('the server does not speak the PostgreSQL protocol');
    }
    const method = body.readInt32BE(0);
    if (method === 0) return;
    if (password === undefined) {
      throw new ProtocolError('the server requires a password, but none is given');
    }
    if (method === 10) await saslLogIn(connection, body.subarray(4), password);
    else
      connection.send(
        encodeMessage(
          'p',
          cString(createResponse(connection, method, body.subarray(4), user, password)),
        ),
      );
  }
}

function createResponse(
  connection: Connection,
  method: number,
  salt: Buffer,
  user: string,
  password: string,
): string {
  if (method === 5) return `md5${md5(md5(password + user), salt)}`;
  if (method !== 3) {
    throw new ProtocolError(`the server requires an unsupported authentication method: ${method}`);
  }
  if (connection.isConfidential()) return password;
  throw new ProtocolError(
    'the server requires the password in clear text, but the connection is not trusted; use tls: require',
  );
}

async function saslLogIn(
  connection: Connection,
  mechanisms: Buffer,
  password: string,
): Promise<void> {
  const mechanism = 'SCRAM-SHA-256';
  if (!mechanisms.toString('latin1').split('\0').includes(mechanism)) {
    throw new ProtocolError(`the server does not support ${mechanism}`);
  }
  const client = createScram(password);
  const first = Buffer.from(client.first);
  connection.send(encodeMessage('p', cString(mechanism), int32(first.length), first));
  const { text, verify } = await client.final(await readSasl(connection, 11));
  connection.send(encodeMessage('p', text));
  verify(await readSasl(connection, 12));
}

async function readSasl(connection: Connection, step: 11 | 12): Promise<string> {
  const { type, body } = await nextMessage(connection);
  if (type !== 'R' || body.readInt32BE(0) !== step) {
    throw new ProtocolError('the server sent an unexpected SCRAM message');
  }
  return body.toString('utf8', 4);
}

function md5(...parts: readonly (string | Buffer)[]): string {
  const hash = createHash('md5');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}
