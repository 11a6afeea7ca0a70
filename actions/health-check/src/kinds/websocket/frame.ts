import { randomBytes } from 'node:crypto';
import { Refusal, type Wire } from '../connection.ts';

/** Frames of a WebSocket (RFC 6455, section 5). */
const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

/** Longest message that is read, bytes. */
const LONGEST = 65_536;
/** Most frames until a message is whole: a server may ping for ever. */
const MOST_FRAMES = 1_000;

export function sendText(wire: Wire, text: string): void {
  wire.send(encode(TEXT, Buffer.from(text)));
}

/** Says goodbye; the answer is not waited for. */
export function sendClose(wire: Wire): void {
  wire.send(encode(CLOSE, Buffer.from([1_000 >> 8, 1_000 & 0xff])));
}

/** The first message, its pieces together; pings are answered on the way. */
export async function readMessage(wire: Wire): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for (let left = MOST_FRAMES; left > 0; left--) {
    const { isFinal, operation, data } = await readFrame(wire);
    if (operation === PING) wire.send(encode(PONG, data));
    else if (operation === CLOSE) throw new Refusal(`it closes the connection${reasonOf(data)}`);
    else if (operation !== PONG) {
      const isFirst = operation === TEXT || operation === BINARY;
      if (isFirst !== (pieces.length === 0)) throw new Refusal('its frames are in disorder');
      pieces.push(data);
      size += data.length;
      if (size > LONGEST) throw new Refusal('its message is longer than 64 KiB');
      if (isFinal) return Buffer.concat(pieces).toString('utf8');
    }
  }
  throw new Refusal(`it sends no message within ${MOST_FRAMES} frames`);
}

async function readFrame(wire: Wire) {
  const [first = 0, second = 0] = await wire.read(2);
  if ((first & 0x70) !== 0) throw new Refusal('it uses extensions that nobody asked for');
  if ((second & 0x80) !== 0) throw new Refusal('it masks its frames, which only clients do');
  let length = second & 0x7f;
  if (length === 126) length = (await wire.read(2)).readUInt16BE(0);
  else if (length === 127) length = Number((await wire.read(8)).readBigUInt64BE(0));
  if (length > LONGEST) throw new Refusal('its message is longer than 64 KiB');
  return {
    isFinal: (first & 0x80) !== 0,
    operation: first & 0x0f,
    data: await wire.read(length),
  };
}

/** Masked, as clients have to. */
function encode(operation: number, data: Buffer): Buffer {
  const mask = randomBytes(4);
  const masked = Buffer.from(data.map((byte, index) => byte ^ (mask[index % 4] ?? 0)));
  return Buffer.concat([Buffer.from([0x80 | operation]), lengthOf(data.length), mask, masked]);
}

function lengthOf(length: number): Buffer {
  if (length < 126) return Buffer.from([0x80 | length]);
  if (length < 0x10000) return Buffer.from([0x80 | 126, length >> 8, length & 0xff]);
  const bytes = Buffer.alloc(9);
  bytes[0] = 0x80 | 127;
  bytes.writeBigUInt64BE(BigInt(length), 1);
  return bytes;
}

function reasonOf(data: Buffer): string {
  if (data.length < 2) return '';
  const reason = data.toString('utf8', 2);
  return ` (${data.readUInt16BE(0)}${reason === '' ? '' : `: ${reason}`})`;
}
