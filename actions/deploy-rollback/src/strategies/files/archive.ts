import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import { join } from 'node:path';
import { ActionError } from '@repo/core/errors/action-error';
import { describeError } from '@repo/core/errors/describe-error';
import { plain } from '@repo/core/text/untrusted';
import { createTarDecoder, createTarPacker, type TarHeader } from 'modern-tar';
import { badArchive, createEntryValidator } from './archive-rules.ts';
import type { FileEntry } from './file-entry.ts';

const CHUNK_BYTES = 256 * 1_024;

/** The expected size and checksum of an archive. */
export interface ArchiveChecksum {
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/**
 * Writes entries into a new archive, mode 0600.
 *
 * @param onBytes called with the size of each written chunk
 * @throws ActionError if a file changes while it is read
 */
export async function writeArchive(
  path: string,
  base: string,
  entries: readonly FileEntry[],
  onBytes: (bytes: number) => void,
): Promise<ArchiveChecksum> {
  const { readable, controller } = createTarPacker();
  const pack = async () => {
    try {
      for (const entry of entries) await addEntry(controller.add(toHeader(entry)), base, entry);
      controller.finalize();
    } catch (error) {
      controller.error(error);
    }
  };
  const packed = pack();
  const hash = createHash('sha256');
  let bytes = 0;
  await using file = await open(path, 'wx', 0o600);
  for await (const chunk of readable) {
    hash.update(chunk);
    bytes += chunk.length;
    await file.writeFile(chunk);
    onBytes(chunk.length);
  }
  await packed;
  return { bytes, sha256: hash.digest('hex') };
}

function toHeader(entry: FileEntry): TarHeader {
  const { path, mode, uid, gid, mtimeMs } = entry;
  const common = { mode, uid, gid, mtime: new Date(mtimeMs) };
  switch (entry.type) {
    case 'file':
      return { ...common, name: path, type: 'file', size: entry.bytes };
    case 'folder':
      return { ...common, name: `${path}/`, type: 'directory', size: 0 };
    case 'link':
      return { ...common, name: path, type: 'symlink', size: 0, linkname: entry.to };
  }
}

async function addEntry(
  body: WritableStream<Uint8Array>,
  base: string,
  entry: FileEntry,
): Promise<void> {
  const writer = body.getWriter();
  if (entry.type === 'file') {
    const source = join(base, entry.path);
    await using file = await open(source, constants.O_RDONLY | constants.O_NOFOLLOW);
    const before = await file.stat();
    let leftBytes = entry.bytes;
    while (leftBytes > 0) {
      const { bytesRead, buffer } = await file.read(
        Buffer.allocUnsafe(CHUNK_BYTES),
        0,
        Math.min(leftBytes, CHUNK_BYTES),
      );
      if (bytesRead === 0) throw createChanged(source);
      await writer.write(buffer.subarray(0, bytesRead));
      leftBytes -= bytesRead;
    }
    const { size, mtimeMs } = await file.stat();
    if (size !== entry.bytes || mtimeMs !== before.mtimeMs) throw createChanged(source);
  }
  await writer.close();
}

function createChanged(path: string): ActionError {
  return new ActionError(`${plain(path)} changed during the snapshot`, {
    remedy: 'Use sqlite or command for files that are written all the time, such as databases.',
  });
}

/** An entry and its content. The caller must read the body to its end, or cancel it. */
export interface ArchiveEntry {
  readonly entry: FileEntry;
  readonly body: ReadableStream<Uint8Array>;
}

/**
 * Reads an archive and validates its entries. The checksum is only verified at the end: do not use the
 * entries before.
 *
 * @throws ActionError if the archive is missing, damaged or invalid
 */
export async function* readArchive(
  path: string,
  checksum: ArchiveChecksum,
  listed: readonly string[],
): AsyncGenerator<ArchiveEntry> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) throw badArchive(`${path} is missing`);
  if (!found.isFile()) throw badArchive(`${path} is not a file`);
  if (found.size !== checksum.bytes) {
    throw badArchive(`has ${found.size} bytes instead of ${checksum.bytes}`);
  }
  const accept = createEntryValidator(listed);
  const hash = createHash('sha256');
  const source = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  const decoder = createTarDecoder({ strict: true });
  const decode = async () => {
    const writer = decoder.writable.getWriter();
    for await (const chunk of source as AsyncIterable<Buffer>) {
      hash.update(chunk);
      await writer.write(chunk);
    }
    await writer.close();
  };
  const decoded = decode().then(
    () => undefined,
    (error: unknown) => error ?? new Error('unexpected end'),
  );
  try {
    for await (const { header, body } of decoder.readable) yield { entry: accept(header), body };
  } catch (error) {
    if (error instanceof ActionError) throw error;
    throw badArchive(`cannot be read: ${describeError(error)}`, error);
  } finally {
    source.destroy();
  }
  const failure = await decoded;
  if (failure !== undefined) throw badArchive(`cannot be read: ${describeError(failure)}`, failure);
  if (hash.digest('hex') !== checksum.sha256) throw badArchive('has a different checksum');
}
