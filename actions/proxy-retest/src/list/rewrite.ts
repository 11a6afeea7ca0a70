import { randomUUID } from 'node:crypto';
import { access, mkdir, open, readdir, realpath, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ActionError } from '@repo/core/errors/action-error';
import { replaceFile } from '@repo/core/files/replace-file';
import type { ByteSource } from './byte-source.ts';

/** Retargets a byte range. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly bytes: Buffer;
}

/** The content of a file, in chunks. */
export type Chunks = AsyncIterable<Buffer>;

const FLUSH_BYTES = 1 << 20;

/** Applies edits, which must be in order and must not overlap. */
export async function* applyEdits(source: ByteSource, edits: AsyncIterable<Edit>): Chunks {
  let at = 0;
  for await (const { start, end, bytes } of edits) {
    if (start > at) yield* source.chunks(at, start);
    yield bytes;
    at = end;
  }
  yield* source.chunks(at, source.size);
}

/**
 * Writes a file atomically: after a kill, either the old or the new file exists. A symbolic link is
 * kept, and its target is written. Throws an {@link ActionError}.
 */
export async function writeChunks(path: string, chunks: Chunks): Promise<void> {
  let draft: string | undefined;
  try {
    const target = await realpath(path).catch(() => path);
    await mkdir(dirname(target), { recursive: true });
    await removeStaleDrafts(target);
    draft = `${target}.${process.pid}-${randomUUID()}.tmp`;
    const mode = await stat(target).then(
      (facts) => facts.mode & 0o777,
      () => 0o644,
    );
    await writeDraft(draft, mode, chunks);
    await replaceFile(draft, target);
  } catch (cause) {
    if (draft !== undefined) await rm(draft, { force: true }).catch(() => {});
    throw new ActionError(`cannot write ${path}`, {
      remedy: 'Use a path that is writable, on a disk with free space.',
      cause,
    });
  }
}

/** The file is closed at the end, because Windows cannot rename an open file. */
async function writeDraft(path: string, mode: number, chunks: Chunks): Promise<void> {
  await using file = await open(path, 'wx', mode);
  let buffered: Buffer[] = [];
  let size = 0;
  const flush = async () => {
    await file.writev(buffered);
    buffered = [];
    size = 0;
  };
  for await (const chunk of chunks) {
    // The source reuses the memory of a chunk for the next one.
    buffered.push(Buffer.from(chunk));
    size += chunk.length;
    if (size >= FLUSH_BYTES || buffered.length >= 512) await flush();
  }
  if (buffered.length > 0) await flush();
  // Without a sync, a power failure could leave an empty file under the new name.
  await file.sync();
}

/** Removes temporary files of killed runs; files of running processes are kept. */
async function removeStaleDrafts(target: string): Promise<void> {
  const name = basename(target);
  for (const one of await readdir(dirname(target))) {
    if (!one.startsWith(`${name}.`)) continue;
    const pid = DRAFT.exec(one.slice(name.length))?.[1];
    if (pid === undefined || isRunning(Number(pid))) continue;
    await rm(join(dirname(target), one), { force: true });
  }
}

const DRAFT = /^\.(\d+)-[0-9a-f-]{36}\.tmp$/;

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // The process exists, but belongs to another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
