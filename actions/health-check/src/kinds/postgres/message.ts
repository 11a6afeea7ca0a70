import { plain } from '@repo/core/text/untrusted';
import { type Connection, ProtocolError } from '../connection.ts';

/** A message of the server (https://www.postgresql.org/docs/current/protocol-message-formats.html). */
export interface Message {
  /** One letter: `R` authentication, `E` error, `D` row … */
  readonly type: string;
  readonly body: Buffer;
}

/** An error message of the server. */
export class PostgresError extends ProtocolError {
  /** SQLSTATE, e.g. `28P01`. */
  readonly code: string;

  constructor(body: Buffer) {
    const fields = parseErrorFields(body);
    const code = plain(fields.get('C') ?? '', 10);
    super(`${plain(fields.get('M') ?? 'unknown error')} (SQLSTATE ${code})`);
    this.code = code;
  }
}

/** The next message that is not a notice, a parameter or a notification. */
export async function nextMessage(
  connection: Connection,
  onParameter: (name: string, value: string) => void = () => {},
): Promise<Message> {
  for (;;) {
    const head = await connection.read(5);
    const type = head.toString('latin1', 0, 1);
    const length = head.readInt32BE(1) - 4;
    if (!/[A-Za-z0-9]/.test(type) || length < 0) {
      throw new ProtocolError('the server does not speak the PostgreSQL protocol');
    }
    const body = await connection.read(length);
    if (type === 'E') throw new PostgresError(body);
    if (type === 'S') {
      const [name = '', value = ''] = body.toString('utf8').split('\0');
      onParameter(name, value);
    } else if (type !== 'N' && type !== 'A') return { type, body };
  }
}

/** A message to the server; the startup message has no type. */
export function encodeMessage(type: string, ...parts: readonly (string | Buffer)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const head = Buffer.alloc(type.length + 4);
  head.write(type, 'latin1');
  head.writeInt32BE(body.length + 4, type.length);
  return Buffer.concat([head, body]);
}

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** A zero-terminated text. */
export function cString(text: string): Buffer {
  return Buffer.from(`${text}\0`);
}

function parseErrorFields(body: Buffer): ReadonlyMap<string, string> {
  return new Map(
    body
      .toString('utf8')
      .split('\0')
      .map((field) => [field.slice(0, 1), field.slice(1)]),
  );
}
