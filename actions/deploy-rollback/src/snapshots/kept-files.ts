import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ActionError } from '@repo/core/errors/action-error';
import { plain } from '@repo/core/text/untrusted';
import type { KeptFile } from './manifest.ts';

/** All files below a folder, in order of their paths, made private and written to the disk. */
export async function sealFolder(folder: string): Promise<readonly KeptFile[]> {
  const files: KeptFile[] = [];
  for (const path of await pathsBelow(folder)) {
    const whole = join(folder, path);
    await chmod(whole, 0o600);
    const file = await open(whole, 'r+');
    await file.sync().finally(() => file.close());
    files.push({ path, ...(await digest(whole)) });
  }
  return files;
}

/** What is wrong with the files of a part, as a clause; `undefined` where all are as they were. */
export async function damageOf(
  folder: string,
  expected: readonly KeptFile[],
): Promise<string | undefined> {
  for (const { path, bytes, sha256 } of expected) {
    const whole = join(folder, path);
    const found = await lstat(whole).catch(() => undefined);
    const name = plain(path, 100);
    if (found === undefined) return `${name} is missing`;
    if (!found.isFile()) return `${name} is no file any more`;
    if (found.size !== bytes) return `${name} has ${found.size} bytes instead of ${bytes}`;
    if ((await digest(whole)).sha256 !== sha256) return `the checksum of ${name} differs`;
  }
  const known = new Set(expected.map(({ path }) => path));
  const strange = (await pathsBelow(folder)).find((path) => !known.has(path));
  return strange === undefined ? undefined : `${plain(strange, 100)} was not kept by us`;
}

async function pathsBelow(folder: string, below = ''): Promise<readonly string[]> {
  const paths: string[] = [];
  const entries = await readdir(join(folder, below), { withFileTypes: true });
  for (const entry of entries.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) {
      await chmod(join(folder, path), 0o700);
      paths.push(...(await pathsBelow(folder, path)));
    } else if (entry.isFile()) paths.push(path);
    else {
      throw new ActionError(`${plain(join(folder, path))} is neither a file nor a folder`, {
        remedy: 'Remove the snapshot that it is in.',
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
