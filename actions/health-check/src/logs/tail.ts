import { open } from 'node:fs/promises';

/** The end of a file. */
export interface Tail {
  readonly lines: readonly string[];
  /** Because of `maxBytes`, requested lines are missing. */
  readonly isCut: boolean;
}

interface TailOptions {
  /** Default: all lines. */
  readonly lines?: number | undefined;
  readonly maxBytes: number;
}

const BLOCK = 65_536;
const NEWLINE = 10;

/** Reads the last lines of a file backwards, so the size of the file does not matter. */
export async function readTail(
  path: string,
  { lines = Infinity, maxBytes }: TailOptions,
): Promise<Tail> {
  await using handle = await open(path);
  let start = (await handle.stat()).size;
  const oldest = Math.max(0, start - maxBytes);
  const blocks: Buffer[] = [];
  // A newline at the end of the file does not start another line.
  let newlines = -1;
  while (start > oldest && newlines < lines) {
    const length = Math.min(BLOCK, start - oldest);
    start -= length;
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, start);
    const block = buffer.subarray(0, bytesRead);
    if (blocks.length === 0 && block.at(-1) !== NEWLINE) newlines++;
    blocks.unshift(block);
    for (const byte of block) if (byte === NEWLINE) newlines++;
  }
  const all = Buffer.concat(blocks).toString('utf8').split('\n');
  if (all.at(-1) === '') all.pop();
  // The first line is incomplete.
  if (start > 0) all.shift();
  const kept = lines === Infinity ? all : all.slice(-lines);
  return { lines: kept, isCut: start > 0 && kept.length < lines };
}
