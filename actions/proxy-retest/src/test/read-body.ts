import { AttemptFailed } from './failure.ts';
import type { Wire } from './wire.ts';

/**
 * The body of an answer, as UTF-8, by its length, its chunks, or to the end of the connection
 * (RFC 9112 §6.3). Throws {@link AttemptFailed} when it is longer than `most` bytes or cut off.
 */
export async function readBody(wire: Wire, head: string, most: number): Promise<string> {
  const isChunked = /^transfer-encoding:[^\r\n]*\bchunked\b/im.test(head);
  const [, length] = /^content-length:[ \t]*(\d+)/im.exec(head) ?? [];
  const isWhole = isChunked
    ? (bytes: Buffer) => /(^|\r\n)0\r\n([^\r\n]+\r\n)*\r\n$/.test(bytes.toString('latin1'))
    : (bytes: Buffer) => length !== undefined && bytes.length >= Number(length);
  let bytes = Buffer.alloc(0);
  while (!isWhole(bytes)) {
    const more = await wire.takeSome();
    if (more === undefined) {
      if (isChunked || length !== undefined) throw broken('ends before it is complete');
      break;
    }
    bytes = Buffer.concat([bytes, more]);
    if (bytes.length > most) throw broken(`has more than ${most} bytes`);
  }
  return (isChunked ? withoutChunks(bytes) : bytes).toString('utf8');
}

function withoutChunks(bytes: Buffer): Buffer {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf('\r\n', at);
    const size = Number.parseInt(bytes.toString('latin1', at, end), 16);
    if (end < 0 || !(size > 0)) break;
    chunks.push(bytes.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
  return Buffer.concat(chunks);
}

function broken(what: string): AttemptFailed {
  return new AttemptFailed({ phase: 'body', kind: 'protocol', message: `its body ${what}` });
}
