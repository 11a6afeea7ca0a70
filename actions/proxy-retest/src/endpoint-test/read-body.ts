import type { Connection } from './connection.ts';
import { AttemptFailed } from './failure.ts';

/**
 * Reads the body of a response as UTF-8, by its length, its chunks, or to the end of the connection
 * (RFC 9112 §6.3). Throws {@link AttemptFailed} when the body is too long or incomplete.
 */
export async function readBody(
  connection: Connection,
  head: string,
  maxBytes: number,
): Promise<string> {
  const isChunked = /^transfer-encoding:[^\r\n]*\bchunked\b/im.test(head);
  const [, length] = /^content-length:[ \t]*(\d+)/im.exec(head) ?? [];
  const isComplete = isChunked
    ? (bytes: Buffer) => /(^|\r\n)0\r\n([^\r\n]+\r\n)*\r\n$/.test(bytes.toString('latin1'))
    : (bytes: Buffer) => length !== undefined && bytes.length >= Number(length);
  let bytes = Buffer.alloc(0);
  while (!isComplete(bytes)) {
    const more = await connection.takeSome();
    if (more === undefined) {
      if (isChunked || length !== undefined) throw invalidLines('is incomplete');
      break;
    }
    bytes = Buffer.concat([bytes, more]);
    if (bytes.length > maxBytes) throw invalidLines(`is longer than ${maxBytes} bytes`);
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

function invalidLines(what: string): AttemptFailed {
  return new AttemptFailed({ phase: 'body', kind: 'protocol', message: `its body ${what}` });
}
