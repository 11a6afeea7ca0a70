import { plain } from '@repo/core/text/untrusted';
import { Refusal, type Wire } from '../connection.ts';

/** A message of the server (https://www.postgresql.org/docs/current/protocol-message-formats.html). */
export interface Message {
  /** One letter: `R` authentication, `E` error, `D` row … */
  readonly type: string;
  readonly body: Buffer;
}

/** An error of the server. */
export class ServerError extends Refusal {
  /** SQLSTATE, e.g. `28P01`. */
  readonly code: string;

  constructor(body: Buffer) {
    const fields = errorFields(body);
    const code = plain(fields.get('C') ?? '', 10);
    super(`${plain(fields.get('M') ?? 'an error without a text')} (SQLSTATE ${code})`);
    this.code = code;
  }
}

/** The next message that is not said by the way (notices, parameters, notifications). */
export async function nextMessage(
  wire: Wire,
  onParameter: (name: string, value: string) => void = () => {},
): Promise<Message> {
  for (;;) {
    const head = await wire.read(5);
    const type = head.toString('latin1', 0, 1);
    const length = head.readInt32BE(1) - 4;
    if (!/[A-Za-z0-9]/.test(type) || length < 0) {
      throw new Refusal('it does not speak PostgreSQL’s protocol');
    }
    const body = await wire.read(length);
    if (type === 'E') throw new ServerError(body);
    if (type === 'S') {
      const [name = '', value = ''] = body.toString('utf8').split('\0');
      onParameter(name, value);
    } else if (type !== 'N' && type !== 'A') return { type, body };
  }
}

/** A message to the server; the one that starts a session has no type. */
export function message(type: string, ...parts: readonly (string | Buffer)[]): Buffer {
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

/** A text as the protocol ends it. */
export function cString(text: string): Buffer {
  return Buffer.from(`${text}\0`);
}

function errorFields(body: Buffer): ReadonlyMap<string, string> {
  return new Map(
    body
      .toString('utf8')
      .split('\0')
      .map((field) => [field.slice(0, 1), field.slice(1)]),
  );
}
