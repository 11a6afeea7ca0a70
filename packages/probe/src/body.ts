import type { IncomingMessage } from 'node:http';
import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';

/** A body after decompression. */
export interface Body {
  readonly bytes: Buffer;
  /** The cap was reached: there was more. */
  readonly truncated: boolean;
}

/** A decoder for each `content-encoding`, chosen with the first chunk at hand. */
const DECODERS: Readonly<Record<string, (first: Buffer) => Transform>> = {
  gzip: () => createGunzip(),
  'x-gzip': () => createGunzip(),
  br: () => createBrotliDecompress(),
  // The name means zlib (RFC 9110), but some servers send the bare stream.
  deflate: ([first = 0]) => ((first & 0x0f) === 8 ? createInflate() : createInflateRaw()),
};

export const ACCEPTED_ENCODINGS = 'gzip, deflate, br';

/**
 * Reads and decompresses the body of `message`. At most `maxBytes` are taken from the wire and as
 * many are kept after decompression; beyond either, `done` is called at once with what there is
 * and the connection is destroyed. A body with several encodings, or one that is not
 * in {@link ACCEPTED_ENCODINGS}, stays as it came. `done` and `fail` may be called more than once:
 * only the first call counts.
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
    const room = maxBytes - size;
    if (chunk.length <= room) {
      chunks.push(chunk);
      size += chunk.length;
      return;
    }
    if (room > 0) chunks.push(chunk.subarray(0, room));
    size = maxBytes;
    finish(true);
  };
  message.on('error', fail);
  const encoding = message.headers['content-encoding']?.trim().toLowerCase() ?? '';
  const decoderFor = Object.hasOwn(DECODERS, encoding) ? DECODERS[encoding] : undefined;
  if (!decoderFor) {
    message.on('data', keep).once('end', () => finish(false));
    return;
  }

  let fromWire = 0;
  message.on('data', (chunk: Buffer) => {
    fromWire += chunk.length;
    if (fromWire > maxBytes) return finish(true);
    if (decoder) return;
    decoder = decoderFor(chunk);
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
