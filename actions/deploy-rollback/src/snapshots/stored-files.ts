import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ActionError } from '@repo/core/errors/action-error';
import { plain } from '@repo/core/text/untrusted';
import type { StoredFile } from './manifest.ts';

/** Makes all files below a folder private, flushes them to disk and lists them by path. */
export async function sealFolder(folder: string): Promise<readonly StoredFile[]> {
  const files: StoredFile[] = [];
  for (const path of await listFiles(folder)) {
    const absolute = join(folder, path);
    await chmod(absolute, 0o600);
    const file = await open(absolute, 'r+');
    await file.sync().finally(() => file.close());
    files.push({ path, ...(await digest(absolute)) });
  }
  return files;
}

/** The damage to the files of a part, as a clause; `undefined` for unchanged files. */
export async function findDamage(
  folder: string,
  expected: readonly StoredFile[],
): Promise<string | undefined> {
  for (const { path, bytes, sha256 } of expected) {
    const absolute = join(folder, path);
    const found = await lstat(absolute).catch(() => undefined);
    const name = plain(path, 100);
    if (found === undefined) return `${name} is missing`;
    if (!found.isFile()) return `${name} is not a file any more`;
    if (found.size !== bytes) return `${name} has ${found.size} bytes instead of ${bytes}`;
    if ((await digest(absolute)).sha256 !== sha256) return `the checksum of ${name} differs`;
  }
  const listed = new Set(expected.map(({ path }) => path));
  const unexpected = (await listFiles(folder)).find((path) => !listed.has(path));
  return unexpected === undefined
    ? undefined
    : `${plain(unexpected, 100)} is not part of the snapshot`;
}

async function listFiles(folder: string, below = ''): Promise<readonly string[]> {
  const paths: string[] = [];
  const entries = await readdir(join(folder, below), { withFileTypes: true });
  for (const entry of entries.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) {
      await chmod(join(folder, path), 0o700);
      paths.push(...(await listFiles(folder, path)));
    } else if (entry.isFile()) paths.push(path);
    else {
      throw new ActionError(`${plain(join(folder, path))} is neither a file nor a folder`, {
        remedy: 'Remove that snapshot.',
      });
    }
  }
  return paths;
}

async function digest(path: string): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    hash.update(chunk);
  }
  return { bytes, sha256: hash.digest('hex') };
}
