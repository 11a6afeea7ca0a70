import { type FileHandle, open } from 'node:fs/promises';
import { ActionError } from '@repo/core/errors/action-error';

/** The bytes of a list, in chunks: it may be larger than the memory. */
export interface ByteSource extends AsyncDisposable {
  readonly size: number;
  read(start: number, length: number): Promise<Buffer>;
  /** From `start` to `end` or to the end of the file; the next chunk may reuse the memory of the last. */
  chunks(start?: number, end?: number): AsyncIterable<Buffer>;
}

const CHUNK_BYTES = 1 << 20;

/**
 * Keeps a file open: it can be read even after another file replaces it. Throws an
 * {@link ActionError}.
 */
export async function fileSource(path: string, name: string): Promise<ByteSource> {
  let handle: FileHandle;
  let size: number;
  try {
    handle = await open(path);
    const facts = await handle.stat();
    if (!facts.isFile()) {
      await handle.close();
      throw new Error('it is not a file');
    }
    size = facts.size;
  } catch (cause) {
    throw new ActionError(`cannot read the list ${name}`, {
      remedy: 'Set list to the path of a file in the workspace, and run actions/checkout first.',
      cause,
    });
  }
  return {
    size,
    read: async (start, length) => {
      const bytes = Buffer.alloc(length);
      const { bytesRead } = await handle.read(bytes, 0, length, start);
      return bytes.subarray(0, bytesRead);
    },
    chunks: async function* (start = 0, end = size) {
      const bytes = Buffer.alloc(Math.max(1, Math.min(CHUNK_BYTES, end - start)));
      for (let at = start; at < end; ) {
        const { bytesRead } = await handle.read(bytes, 0, Math.min(bytes.length, end - at), at);
        if (bytesRead === 0) return;
        yield bytes.subarray(0, bytesRead);
        at += bytesRead;
      }
    },
    [Symbol.asyncDispose]: () => handle.close(),
  };
}

export function memorySource(bytes: Buffer): ByteSource {
  return {
    size: bytes.length,
    read: async (start, length) => bytes.subarray(start, start + length),
    chunks: async function* (start = 0, end = bytes.length) {
      for (let at = start; at < end; at += CHUNK_BYTES) {
        yield bytes.subarray(at, Math.min(at + CHUNK_BYTES, end));
      }
    },
    [Symbol.asyncDispose]: async () => {},
  };
}
