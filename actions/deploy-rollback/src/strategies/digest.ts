import { createHash } from 'node:crypto';

/** Computes the SHA-256 checksum (hexadecimal) and the length of a stream. */
export async function digest(
  chunks: AsyncIterable<Uint8Array>,
): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of chunks) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}
