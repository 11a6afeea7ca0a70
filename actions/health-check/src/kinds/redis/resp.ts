import { plain } from '@repo/core/text/untrusted';
import { Refusal, type Wire } from '../connection.ts';

/** A reply in RESP2 (https://redis.io/docs/latest/develop/reference/protocol-spec/). */
export type Reply = string | number | null | readonly Reply[];

/** Most nested lists in a reply; no command has more than a few. */
const DEEPEST = 8;
/** Most members of all lists of a reply. */
const MOST_MEMBERS = 10_000;

/** A reply of an error, such as `NOAUTH Authentication required.` */
export class ErrorReply extends Refusal {
  /** Its first word: `NOAUTH`, `WRONGPASS`, `LOADING`. */
  readonly code: string;

  constructor(text: string) {
    super(plain(text));
    this.code = /^\w+/.exec(text)?.[0] ?? '';
  }
}

/** Sends a command and reads its reply. Throws an {@link ErrorReply}. */
export function command(wire: Wire, words: readonly string[]): Promise<Reply> {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  wire.send(`*${words.length}\r\n${parts.join('')}`);
  const left = { members: MOST_MEMBERS };
  return read(wire, 0, left);
}

async function read(wire: Wire, depth: number, left: { members: number }): Promise<Reply> {
  const line = await wire.readLine();
  const rest = line.slice(1);
  switch (line.charAt(0)) {
    case '+':
      return utf8(rest);
    case '-':
      throw new ErrorReply(utf8(rest));
    case ':':
      return count(rest);
    case '$': {
      const length = count(rest);
      if (length < 0) return null;
      const bytes = await wire.read(length + 2);
      return bytes.subarray(0, length).toString('utf8');
    }
    case '*': {
      const length = count(rest);
      if (length < 0) return null;
      left.members -= length;
      if (left.members < 0 || depth === DEEPEST) throw new Refusal('its reply is too large');
      const members: Reply[] = [];
      while (members.length < length) members.push(await read(wire, depth + 1, left));
      return members;
    }
    default:
      throw new Refusal(`it does not speak Redis's protocol: ${plain(line, 80)}`);
  }
}

function count(text: string): number {
  if (!/^[+-]?\d{1,19}$/.test(text)) throw new Refusal('it does not speak Redis’s protocol');
  return Number(text);
}

function utf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8');
}
