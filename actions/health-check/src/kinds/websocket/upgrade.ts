import { createHash, randomBytes } from 'node:crypto';
import { plainLines } from '@repo/core/text/untrusted';
import { type Connection, ProtocolError } from '../connection.ts';

const MAX_HEADER_LINES = 200;

/** The status line and the headers of a response. */
export interface ResponseHead {
  readonly status: number;
  /** Untrusted; for evidence. */
  readonly lines: readonly string[];
}

/**
 * Requests an upgrade to WebSocket (RFC 6455, section 4). Returns responses of any status; a 101
 * response with a wrong accept key throws.
 */
export async function upgrade(
  connection: Connection,
  { host, pathname, search }: URL,
  headers: Readonly<Record<string, string>>,
): Promise<ResponseHead> {
  const key = randomBytes(16).toString('base64');
  const fields = {
    Host: host,
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': key,
    ...headers,
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  connection.send(
    Buffer.from(`GET ${pathname || '/'}${search} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1'),
  );
  const head = await readHead(connection);
  if (head.status === 101 && readAcceptKey(head) !== computeAcceptKey(key)) {
    throw new ProtocolError('the Sec-WebSocket-Accept header is wrong', () => [
      { title: 'answer', lines: plainLines(head.lines.join('\n')) },
    ]);
  }
  return head;
}

async function readHead(connection: Connection): Promise<ResponseHead> {
  const first = await connection.readLine();
  const [, status] = /^HTTP\/1\.\d (\d{3})(?: |$)/.exec(first) ?? [];
  if (status === undefined) throw new ProtocolError('the server does not speak HTTP');
  const lines = [first];
  for (let line = await connection.readLine(); line !== ''; line = await connection.readLine()) {
    lines.push(line);
    if (lines.length > MAX_HEADER_LINES) {
      throw new ProtocolError('the response has too many headers');
    }
  }
  return { status: Number(status), lines };
}

function readAcceptKey({ lines }: ResponseHead): string | undefined {
  return lines.map((line) => /^sec-websocket-accept:\s*(\S+)\s*$/i.exec(line)?.[1]).find(Boolean);
}

function computeAcceptKey(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}
