import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import { join } from 'node:path';
import { ActionError } from '@repo/core/errors/action-error';
import { describeError } from '@repo/core/errors/describe-error';
import { plain } from '@repo/core/text/untrusted';
import { createTarDecoder, createTarPacker, type TarHeader } from 'modern-tar';
import { badArchive, entryRules } from './archive-rules.ts';
import type { Entry } from './entry.ts';

const CHUNK_BYTES = 256 * 1_024;

/** What an archive has to be. */
export interface Seal {
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/**
 * Writes entries into a new archive, mode 0600.
 *
 * @param tell is told of each piece that was written, bytes
 * @throws ActionError where a file changed while it was read
 */
export async function writeArchive(
  path: string,
  base: string,
  entries: readonly Entry[],
  tell: (bytes: number) => void,
): Promise<Seal> {
  const { readable, controller } = createTarPacker();
  const feed = async () => {
    try {
      for (const entry of entries) await addEntry(controller.add(headerOf(entry)), base, entry);
      controller.finalize();
    } catch (error) {
      controller.error(error);
    }
  };
  const fed = feed();
  const hash = createHash('sha256');
  let bytes = 0;
  await using file = await open(path, 'wx', 0o600);
  for await (const chunk of readable) {
    hash.update(chunk);
    bytes += chunk.length;
    await file.writeFile(chunk);
    tell(chunk.length);
  }
  await fed;
  return { bytes, sha256: hash.digest('hex') };
}

function headerOf(entry: Entry): TarHeader {
  const { path, mode, uid, gid, mtimeMs } = entry;
  const facts = { mode, uid, gid, mtime: new Date(mtimeMs) };
  switch (entry.type) {
    case 'file':
      return { ...facts, name: path, type: 'file', size: entry.bytes };
    case 'folder':
      return { ...facts, name: `${path}/`, type: 'directory', size: 0 };
    case 'link':
      return { ...facts, name: path, type: 'symlink', size: 0, linkname: entry.to };
  }
}

async function addEntry(
  body: WritableStream<Uint8Array>,
  base: string,
  entry: Entry,
): Promise<void> {
  const writer = body.getWriter();
  if (entry.type === 'file') {
    const place = join(base, entry.path);
    await using file = await open(place, constants.O_RDONLY | constants.O_NOFOLLOW);
    const before = await file.stat();
    let left = entry.bytes;
    while (left > 0) {
      const { bytesRead, buffer } = await file.read(
        Buffer.allocUnsafe(CHUNK_BYTES),
        0,
        Math.min(left, CHUNK_BYTES),
      );
      if (bytesRead === 0) throw changed(place);
      await writer.write(buffer.subarray(0, bytesRead));
      left -= bytesRead;
    }
    const { size, mtimeMs } = await file.stat();
    if (size !== entry.bytes || mtimeMs !== before.mtimeMs) throw changed(place);
  }
  await writer.close();
}

function changed(place: string): ActionError {
  return new ActionError(`${plain(place)} changed while it was kept`, {
    remedy: 'Keep what is written all the time by other means: databases by sqlite or command.',
  });
}

/** An entry, and what is in it; who does not read it to its end has to cancel it. */
export interface Unpacked {
  readonly entry: Entry;
  readonly body: ReadableStream<Uint8Array>;
}

/**
 * Reads an archive, held to what was kept and to {@link entryRules}. Whether its checksum is right
 * is only known at the end: nothing may be put into its place before that.
 *
 * @throws ActionError for any archive that is not what was kept
 */
export async function* readArchive(
  path: string,
  seal: Seal,
  listed: readonly string[],
): AsyncGenerator<Unpacked> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) throw badArchive(`${path} is missing`);
  if (!found.isFile()) throw badArchive(`${path} is no file`);
  if (found.size !== seal.bytes) {
    throw badArchive(`has ${found.size} bytes instead of ${seal.bytes}`);
  }
  const accept = entryRules(listed);
  const hash = createHash('sha256');
  const source = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  const decoder = createTarDecoder({ strict: true });
  const feed = async () => {
    const writer = decoder.writable.getWriter();
    for await (const chunk of source as AsyncIterable<Buffer>) {
      hash.update(chunk);
      await writer.write(chunk);
    }
    await writer.close();
  };
  const fed = feed().then(
    () => undefined,
    (error: unknown) => error ?? new Error('it ended early'),
  );
  try {
    for await (const { header, body } of decoder.readable) yield { entry: accept(header), body };
  } catch (error) {
    if (error instanceof ActionError) throw error;
    throw badArchive(`cannot be read: ${describeError(error)}`, error);
  } finally {
    source.destroy();
  }
  const failure = await fed;
  if (failure !== undefined) throw badArchive(`cannot be read: ${describeError(failure)}`, failure);
  if (hash.digest('hex') !== seal.sha256) throw badArchive('has another checksum than was kept');
}
