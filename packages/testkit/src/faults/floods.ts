import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, crc32, createBrotliCompress, deflateRawSync } from 'node:zlib';
import type { Behaviour, HttpExchange } from './behaviour.ts';

/** Sends one header after the other, as long as the client reads. */
export function endlessHeaders(): Behaviour<HttpExchange> {
  return ({ socket }) => pipeline(Readable.from(headerLines()), socket);
}

/** Sends a chunked body, as long as the client reads. */
export function endlessBody(): Behaviour<HttpExchange> {
  return ({ response }) => pipeline(Readable.from(forever(Buffer.alloc(16_384, 'x'))), response);
}

export interface Bomb {
  /** Bytes of the body after decompression, all of them zero. */
  readonly decodedBytes: number;
  /** `gzip` (about 1000 : 1) unless told; `br` makes it smaller still. */
  readonly encoding?: 'gzip' | 'br';
}

/** A small body that decompresses to a big one. It is made while it is sent, never held whole. */
export function bomb({ decodedBytes, encoding = 'gzip' }: Bomb): Behaviour<HttpExchange> {
  return async ({ response }) => {
    response.writeHead(200, { 'content-encoding': encoding, 'content-type': 'text/plain' });
    if (encoding === 'gzip') await pipeline(Readable.from(gzipOfZeros(decodedBytes)), response);
    else await pipeline(Readable.from(zeros(decodedBytes)), brotli(), response);
  };
}

function* headerLines() {
  yield 'HTTP/1.1 200 OK\r\n';
  yield* forever('x-flood: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n'.repeat(100));
}

function* forever<T>(value: T) {
  while (true) yield value;
}

const BLOCK = 1_048_576;

function* zeros(count: number) {
  const block = Buffer.alloc(Math.min(BLOCK, count));
  for (let left = count; left > 0; left -= block.length) yield block.subarray(0, left);
}

/**
 * A single gzip member (RFC 1952). Each block of zeros is compressed once: after a full flush it
 * ends on a byte and refers to nothing before it, so that the same bytes may be sent again.
 */
function* gzipOfZeros(count: number) {
  const compressed = new Map<number, Buffer>();
  let checksum = 0;
  yield Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
  for (const block of zeros(count)) {
    checksum = crc32(block, checksum);
    const ready = compressed.get(block.length);
    const bytes = ready ?? deflateRawSync(block, { finishFlush: constants.Z_FULL_FLUSH });
    compressed.set(block.length, bytes);
    yield bytes;
  }
  const end = Buffer.from([3, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  end.writeUInt32LE(checksum, 2);
  end.writeUInt32LE(count % 2 ** 32, 6);
  yield end;
}

/** Quality 1 is 500 times faster than the default, and zeros do not get smaller by more. */
function brotli() {
  return createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });
}
