import { randomBytes } from 'node:crypto';
import { type Connection, ProtocolError } from '../connection.ts';

/** Frames of a WebSocket (RFC 6455, section 5). */
const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

const MAX_MESSAGE_BYTES = 65_536;
/** Frames until a message is complete: a server could send pings forever. */
const MAX_FRAMES = 1_000;

export function sendText(connection: Connection, text: string): void {
  connection.send(encode(TEXT, Buffer.from(text)));
}

/** Sends a close frame without waiting for the response. */
export function sendClose(connection: Connection): void {
  connection.send(encode(CLOSE, Buffer.from([1_000 >> 8, 1_000 & 0xff])));
}

/** Reads the first message, joins its frames and answers pings. */
export async function readMessage(connection: Connection): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for (let left = MAX_FRAMES; left > 0; left--) {
    const { isFinal, operation, data } = await readFrame(connection);
    if (operation === PING) connection.send(encode(PONG, data));
    else if (operation === CLOSE)
      throw new ProtocolError(`the server closed the connection${formatReason(data)}`);
    else if (operation !== PONG) {
      const isFirst = operation === TEXT || operation === BINARY;
      if (isFirst !== (pieces.length === 0)) throw new ProtocolError('the frames are out of order');
      pieces.push(data);
      size += data.length;
      if (size > MAX_MESSAGE_BYTES) throw new ProtocolError('the message is longer than 64 KiB');
      if (isFinal) return Buffer.concat(pieces).toString('utf8');
    }
  }
  throw new ProtocolError(`no complete message within ${MAX_FRAMES} frames`);
}

async function readFrame(connection: Connection) {
  const [first = 0, second = 0] = await connection.read(2);
  if ((first & 0x70) !== 0) {
    throw new ProtocolError('the server uses an extension that was not negotiated');
  }
  if ((second & 0x80) !== 0) throw new ProtocolError('the server sent a masked frame');
  let length = second & 0x7f;
  if (length === 126) length = (await connection.read(2)).readUInt16BE(0);
  else if (length === 127) length = Number((await connection.read(8)).readBigUInt64BE(0));
  if (length > MAX_MESSAGE_BYTES) throw new ProtocolError('the message is longer than 64 KiB');
  return {
    isFinal: (first & 0x80) !== 0,
    operation: first & 0x0f,
    data: await connection.read(length),
  };
}

/** Clients must mask their frames. */
function encode(operation: number, data: Buffer): Buffer {
  const mask = randomBytes(4);
  const masked = Buffer.from(data.map((byte, index) => byte ^ (mask[index % 4] ?? 0)));
  return Buffer.concat([Buffer.from([0x80 | operation]), encodeLength(data.length), mask, masked]);
}

function encodeLength(length: number): Buffer {
  if (length < 126) return Buffer.from([0x80 | length]);
  if (length < 0x10000) return Buffer.from([0x80 | 126, length >> 8, length & 0xff]);
  const bytes = Buffer.alloc(9);
  bytes[0] = 0x80 | 127;
  bytes.writeBigUInt64BE(BigInt(length), 1);
  return bytes;
}

function formatReason(data: Buffer): string {
  if (data.length < 2) return '';
  const reason = data.toString('utf8', 2);
  return ` (${data.readUInt16BE(0)}${reason === '' ? '' : `: ${reason}`})`;
}
