import { createHash, randomBytes } from 'node:crypto';
import { plainLines } from '@repo/core/text/untrusted';
import { Refusal, type Wire } from '../connection.ts';

/** Most lines of the answer's head. */
const MOST_LINES = 200;

/** The head of an answer. */
export interface Head {
  readonly status: number;
  /** As it came, for evidence; untrusted. */
  readonly lines: readonly string[];
}

/**
 * Asks for a WebSocket (RFC 6455, section 4). Other answers than 101 are returned as well; one
 * that only looks like it is refused.
 */
export async function upgrade(
  wire: Wire,
  { host, pathname, search }: URL,
  headers: Readonly<Record<string, string>>,
): Promise<Head> {
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
  wire.send(
    Buffer.from(`GET ${pathname || '/'}${search} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1'),
  );
  const head = await readHead(wire);
  if (head.status === 101 && acceptOf(head) !== expectedAccept(key)) {
    throw new Refusal('its answer to the handshake is not to ours', () => [
      { title: 'answer', lines: plainLines(head.lines.join('\n')) },
    ]);
  }
  return head;
}

async function readHead(wire: Wire): Promise<Head> {
  const first = await wire.readLine();
  const [, status] = /^HTTP\/1\.\d (\d{3})(?: |$)/.exec(first) ?? [];
  if (status === undefined) throw new Refusal('it does not speak HTTP');
  const lines = [first];
  for (let line = await wire.readLine(); line !== ''; line = await wire.readLine()) {
    lines.push(line);
    if (lines.length > MOST_LINES) throw new Refusal('its head is too long');
  }
  return { status: Number(status), lines };
}

function acceptOf({ lines }: Head): string | undefined {
  return lines.map((line) => /^sec-websocket-accept:\s*(\S+)\s*$/i.exec(line)?.[1]).find(Boolean);
}

function expectedAccept(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}
