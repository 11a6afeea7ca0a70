import type { IncomingMessage } from 'node:http';
import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';

/** A body after decompression. */
export interface Body {
  readonly bytes: Buffer;
  /** The body was longer than the limit. */
  readonly truncated: boolean;
}

/** The decoder for each `content-encoding`. The first chunk decides between variants. */
const DECODERS: Readonly<Record<string, (first: Buffer) => Transform>> = {
  gzip: () => createGunzip(),
  'x-gzip': () => createGunzip(),
  br: () => createBrotliDecompress(),
  // RFC 9110 requires zlib, but some servers send raw deflate.
  deflate: ([first = 0]) => ((first & 0x0f) === 8 ? createInflate() : createInflateRaw()),
};

export const ACCEPTED_ENCODINGS = 'gzip, deflate, br';

/**
 * Reads and decompresses the body of `message`. Reads at most `maxBytes` and keeps at most `maxBytes`
 * after decompression. Above either limit, it calls `done` with the bytes so far and destroys the
 * connection. A body with several encodings, or one that is not in {@link ACCEPTED_ENCODINGS}, is
 * not decompressed. `done` and `fail` can be called more than once; only the first call counts.
 */
export function readBody(
  message: IncomingMessage,
  maxBytes: number,
  done: (body: Body) => void,
  fail: (error: Error) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  let decoder: Transform | undefined;
  const finish = (truncated: boolean) => {
    done({ bytes: Buffer.concat(chunks), truncated });
    decoder?.destroy();
    if (truncated) message.destroy();
  };
  const keep = (chunk: Buffer) => {
    const remaining = maxBytes - size;
    if (chunk.length <= remaining) {
      chunks.push(chunk);
      size += chunk.length;
      return;
    }
    if (remaining > 0) chunks.push(chunk.subarray(0, remaining));
    size = maxBytes;
    finish(true);
  };
  message.on('error', fail);
  const encoding = message.headers['content-encoding']?.trim().toLowerCase() ?? '';
  const createDecoder = Object.hasOwn(DECODERS, encoding) ? DECODERS[encoding] : undefined;
  if (!createDecoder) {
    message.on('data', keep).once('end', () => finish(false));
    return;
  }

  let received = 0;
  message.on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (received > maxBytes) return finish(true);
    if (decoder) return;
    decoder = createDecoder(chunk);
    decoder
      .on('data', keep)
      .on('error', fail)
      .once('end', () => finish(false));
    message.once('error', () => decoder?.destroy());
    decoder.write(chunk);
    message.pipe(decoder);
  });
  message.once('end', () => decoder ?? finish(false));
}
