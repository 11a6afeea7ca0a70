import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';

const POLL_MS = 10;

/** Reads a file while it is being written, until its end after `isComplete` returns true. */
export function tailFile(path: string, isComplete: () => boolean): Readable {
  return Readable.from(readChunks(path, isComplete), { objectMode: false });
}

async function* readChunks(path: string, isComplete: () => boolean): AsyncGenerator<Buffer> {
  const file = await open(path);
  try {
    for (;;) {
      const wasComplete = isComplete();
      const { bytesRead, buffer } = await file.read(Buffer.alloc(65_536));
      if (bytesRead > 0) yield buffer.subarray(0, bytesRead);
      else if (wasComplete) return;
      else await setTimeout(POLL_MS);
    }
  } finally {
    await file.close();
  }
}
