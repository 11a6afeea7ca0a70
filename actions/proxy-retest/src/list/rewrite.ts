import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ActionError } from '@repo/core/errors/action-error';
import type { ByteSource } from './byte-source.ts';

/** A piece of the list that is replaced. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly bytes: Buffer;
}

/** What a file becomes, a piece at a time. */
export type Pieces = AsyncIterable<Buffer>;

const FLUSH_BYTES = 1 << 20;

/** The bytes of a source with the edits made, which stand in order and do not overlap. */
export async function* edited(source: ByteSource, edits: AsyncIterable<Edit>): Pieces {
  let at = 0;
  for await (const { start, end, bytes } of edits) {
    if (start > at) yield* source.chunks(at, start);
    yield bytes;
    at = end;
  }
  yield* source.chunks(at, source.size);
}

/**
 * Writes a file whole or not at all: whenever we are killed, the old one or the new one is there.
 * A link stays one; what it leads to is written. Throws an {@link ActionError}.
 */
export async function writePieces(path: string, pieces: Pieces): Promise<void> {
  let draft: string | undefined;
  try {
    const place = await realpath(path).catch(() => path);
    await mkdir(dirname(place), { recursive: true });
    await removeDrafts(place);
    draft = `${place}.${process.pid}-${randomUUID()}.tmp`;
    const mode = await stat(place).then(
      (facts) => facts.mode & 0o777,
      () => 0o644,
    );
    await using file = await open(draft, 'wx', mode);
    let waiting: Buffer[] = [];
    let size = 0;
    const flush = async () => {
      await file.writev(waiting);
      waiting = [];
      size = 0;
    };
    for await (const piece of pieces) {
      // A piece is valid until the next one is asked for.
      waiting.push(Buffer.from(piece));
      size += piece.length;
      if (size >= FLUSH_BYTES || waiting.length >= 512) await flush();
    }
    if (waiting.length > 0) await flush();
    // Without it, a machine that loses power could keep the name and lose what is in it.
    await file.sync();
    await rename(draft, place);
  } catch (cause) {
    if (draft !== undefined) await rm(draft, { force: true }).catch(() => {});
    throw new ActionError(`cannot write ${path}`, {
      remedy: 'Give a path in a folder that exists or can be made, on a disk with room.',
      cause,
    });
  }
}

/** What runs that were killed left beside the file; one that is still at work keeps its own. */
async function removeDrafts(place: string): Promise<void> {
  const name = basename(place);
  for (const one of await readdir(dirname(place))) {
    if (!one.startsWith(`${name}.`)) continue;
    const pid = DRAFT.exec(one.slice(name.length))?.[1];
    if (pid === undefined || isRunning(Number(pid))) continue;
    await rm(join(dirname(place), one), { force: true });
  }
}

const DRAFT = /^\.(\d+)-[0-9a-f-]{36}\.tmp$/;

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // It is there, and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
