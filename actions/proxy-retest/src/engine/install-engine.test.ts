import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { arch, platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packTar } from 'modern-tar';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installEngine } from './install-engine.ts';

const NAME = `sing-box-1.14.1-${platform()}-${arch() === 'x64' ? 'amd64' : arch()}`;
const signal = new AbortController().signal;

let folder: string;
let server: Server;
let archive: Buffer;
let asked: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'install-engine-'));
  asked = [];
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (request.url === `/releases/v1.14.1/${NAME}.tar.gz`) response.end(archive);
    else response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

async function tarOf(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const entries = Object.entries(files).map(([name, body]) => ({
    header: { name, size: Buffer.byteLength(body), type: 'file' as const },
    body,
  }));
  return gzipSync(await packTar(entries));
}

const release = (given: object = {}) => ({
  version: '1.14.1',
  sha256: createHash('sha256').update(archive).digest('hex'),
  from: `http://127.0.0.1:${(server.address() as AddressInfo).port}/releases/`,
  folder,
  ...given,
});

describe('installEngine', () => {
  it('unpacks only the program of the verified archive', async () => {
    archive = await tarOf({
      [`${NAME}/LICENSE`]: 'license',
      [`../../${NAME}/sing-box`]: 'outside',
      [`${NAME}/sing-box`]: '#!/bin/sh\n',
    });
    const path = await installEngine(release(), signal);
    expect(asked).toEqual([`/releases/v1.14.1/${NAME}.tar.gz`]);
    expect(await readFile(path, 'utf8')).toBe('#!/bin/sh\n');
    expect((await stat(path)).mode & 0o777).toBe(0o755);
    expect(await readdir(join(path, '..'))).toEqual(['sing-box']);
  });

  it('unpacks nothing when the checksum differs', async () => {
    archive = await tarOf({ [`${NAME}/sing-box`]: 'evil' });
    await expect(installEngine(release({ sha256: '0'.repeat(64) }), signal)).rejects.toThrow(
      /does not match engine-sha256/,
    );
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([
    [
      'has no program',
      async () => tarOf({ [`${NAME}/LICENSE`]: 'x' }),
      /does not contain .*\/sing-box/,
    ],
    ['is not an archive', async () => Buffer.from('hello'), /cannot be unpacked/],
    [
      'is truncated',
      async () => (await tarOf({ [`${NAME}/sing-box`]: 'x' })).subarray(0, 40),
      /cannot be unpacked/,
    ],
  ])('fails when the archive %s', async (_name, make, message) => {
    archive = await make();
    await expect(installEngine(release(), signal)).rejects.toThrow(message);
  });

  it('fails when the download fails, and stops with the signal', async () => {
    archive = Buffer.alloc(0);
    await expect(installEngine(release({ version: '1.0.0' }), signal)).rejects.toThrow(
      /cannot be downloaded: status 404/,
    );
    const reason = new Error('cancelled');
    await expect(installEngine(release(), AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
