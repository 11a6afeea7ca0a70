import { plain } from '@repo/core/text/untrusted';
import { type Connection, ProtocolError } from '../connection.ts';

/** A reply in RESP2 (https://redis.io/docs/latest/develop/reference/protocol-spec/). */
export type Reply = string | number | null | readonly Reply[];

/** Nested arrays in a reply. */
const MAX_DEPTH = 8;
/** Members of all arrays of a reply. */
const MAX_MEMBERS = 10_000;

/** An error reply, such as `NOAUTH Authentication required.` */
export class ErrorReply extends ProtocolError {
  /** The first word: `NOAUTH`, `WRONGPASS`, `LOADING`. */
  readonly code: string;

  constructor(text: string) {
    super(plain(text));
    this.code = /^\w+/.exec(text)?.[0] ?? '';
  }
}

/** Sends a command and reads its reply. Throws an {@link ErrorReply}. */
export function runCommand(connection: Connection, words: readonly string[]): Promise<Reply> {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  connection.send(`*${words.length}\r\n${parts.join('')}`);
  return readReply(connection, 0, { members: MAX_MEMBERS });
}

async function readReply(
  connection: Connection,
  depth: number,
  left: { members: number },
): Promise<Reply> {
  const line = await connection.readLine();
  const rest = line.slice(1);
  switch (line.charAt(0)) {
    case '+':
      return toUtf8(rest);
    case '-':
      throw new ErrorReply(toUtf8(rest));
    case ':':
      return parseLength(rest);
    case '$': {
      const length = parseLength(rest);
      if (length < 0) return null;
      const bytes = await connection.read(length + 2);
      return bytes.subarray(0, length).toString('utf8');
    }
    case '*': {
      const length = parseLength(rest);
      if (length < 0) return null;
      left.members -= length;
      if (left.members < 0 || depth === MAX_DEPTH)
        throw new ProtocolError('the reply is too large');
      const members: Reply[] = [];
      while (members.length < length) members.push(await readReply(connection, depth + 1, left));
      return members;
    }
    default:
      throw new ProtocolError(`the server does not speak the Redis protocol: ${plain(line, 80)}`);
  }
}

function parseLength(text: string): number {
  if (!/^[+-]?\d{1,19}$/.test(text)) {
    throw new ProtocolError('the server does not speak the Redis protocol');
  }
  return Number(text);
}

function toUtf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8');
}
