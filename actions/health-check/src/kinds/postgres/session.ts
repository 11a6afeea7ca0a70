import { createHash } from 'node:crypto';
import { Refusal, type Wire } from '../connection.ts';
import type { Service } from '../service.ts';
import { cString, int32, message, nextMessage, ServerError } from './message.ts';
import { scram } from './scram.ts';

const SSL_REQUEST = 80_877_103;
const PROTOCOL_3_0 = 196_608;

/** What a session is opened with. */
type Login = Pick<Service, 'database' | 'tls'> & {
  readonly user: string;
  readonly password: string | undefined;
};

/** Asks for TLS as the mode says. */
export async function secure(wire: Wire, tls: Service['tls']): Promise<void> {
  if (tls === 'disable') return;
  wire.send(message('', int32(SSL_REQUEST)));
  const answer = (await wire.read(1)).toString('latin1');
  if (answer === 'S') return wire.secure({ judged: tls === 'require', alpn: 'postgresql' });
  if (answer !== 'N') throw new Refusal('it does not speak PostgreSQL’s protocol');
  if (tls === 'require') throw new Refusal('it does not offer TLS');
}

/** Begins a session; the server says how to go on. */
function begin(wire: Wire, { user, database }: Pick<Login, 'user' | 'database'>): void {
  const parameters = { user, ...(database !== undefined && { database }) };
  const pairs = Object.entries({ ...parameters, application_name: 'health-check' }).flat();
  wire.send(message('', int32(PROTOCOL_3_0), ...pairs.map(cString), '\0'));
}

/** Opens a session. Returns the server's parameters, such as `server_version`. */
export async function logIn(wire: Wire, login: Login): Promise<ReadonlyMap<string, string>> {
  begin(wire, login);
  await authenticate(wire, login);
  const parameters = new Map<string, string>();
  for (;;) {
    const { type } = await nextMessage(wire, (name, value) => parameters.set(name, value));
    if (type === 'Z') return parameters;
  }
}

/**
 * Whether the server takes sessions, as `pg_isready` asks it: nobody logs in. That the user or the
 * database is not to its liking says that it does.
 */
export async function isReady(wire: Wire, { database }: Service): Promise<void> {
  try {
    begin(wire, { user: 'postgres', database });
    await nextMessage(wire);
    wire.send(message('X'));
  } catch (error) {
    if (!(error instanceof ServerError) || !/^(28|3D)/.test(error.code)) throw error;
  }
}

async function authenticate(wire: Wire, { user, password }: Login): Promise<void> {
  for (;;) {
    const { type, body } = await nextMessage(wire);
    if (type !== 'R') throw new Refusal('it does not speak PostgreSQL’s protocol');
    const method = body.readInt32BE(0);
    if (method === 0) return;
    if (password === undefined) throw new Refusal('it wants a password, and none is given');
    if (method === 10) await saslLogIn(wire, body.subarray(4), password);
    else wire.send(message('p', cString(answerTo(wire, method, body.subarray(4), user, password))));
  }
}

function answerTo(
  wire: Wire,
  method: number,
  salt: Buffer,
  user: string,
  password: string,
): string {
  if (method === 5) return `md5${md5(md5(password + user), salt)}`;
  if (method !== 3) throw new Refusal(`it wants a kind of login that is not known (${method})`);
  if (wire.confidential()) return password;
  throw new Refusal('it wants the password in clear text, where others could read it: use tls');
}

async function saslLogIn(wire: Wire, mechanisms: Buffer, password: string): Promise<void> {
  const mechanism = 'SCRAM-SHA-256';
  if (!mechanisms.toString('latin1').split('\0').includes(mechanism)) {
    throw new Refusal('it wants a kind of login that is not known');
  }
  const client = scram(password);
  const first = Buffer.from(client.first);
  wire.send(message('p', cString(mechanism), int32(first.length), first));
  const { text, verify } = await client.final(await saslText(wire, 11));
  wire.send(message('p', text));
  verify(await saslText(wire, 12));
}

async function saslText(wire: Wire, step: 11 | 12): Promise<string> {
  const { type, body } = await nextMessage(wire);
  if (type !== 'R' || body.readInt32BE(0) !== step) {
    throw new Refusal('it does not keep to the order of SCRAM');
  }
  return body.toString('utf8', 4);
}

function md5(...parts: readonly (string | Buffer)[]): string {
  const hash = createHash('md5');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}
