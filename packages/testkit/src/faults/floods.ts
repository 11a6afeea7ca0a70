import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, crc32, createBrotliCompress, deflateRawSync } from 'node:zlib';
import type { Behaviour, HttpExchange } from './behaviour.ts';

/** Sends headers as long as the client reads. */
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
  /** `gzip` (about 1000:1) by default; `br` compresses more. */
  readonly encoding?: 'gzip' | 'br';
}

/** Sends a small body that decompresses to a large one. Generates it while sending. */
export function bomb({ decodedBytes, encoding = 'gzip' }: Bomb): Behaviour<HttpExchange> {
  return async ({ response }) => {
    response.writeHead(200, { 'content-encoding': encoding, 'content-type': 'text/plain' });
    if (encoding === 'gzip') await pipeline(Readable.from(gzipZeros(decodedBytes)), response);
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
 * Generates a single gzip member (RFC 1952). Compresses each block of zeros once: after a full
 * flush, a block ends on a byte boundary and is independent of earlier blocks, so it can be reused.
 */
function* gzipZeros(count: number) {
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

/** Quality 1 is 500 times faster than the default, which does not compress zeros better. */
function brotli() {
  return createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });
}
