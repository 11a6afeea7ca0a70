import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ActionError } from '@repo/core/errors/action-error';
import { describeError } from '@repo/core/errors/describe-error';
import { plain } from '@repo/core/text/untrusted';
import { unpackTar } from 'modern-tar';

/** A release of sing-box, and where it is downloaded and unpacked. */
export interface EngineRelease {
  /** `1.14.1` */
  readonly version: string;
  /** SHA-256 of the archive, in hexadecimal: there is no download without it. */
  readonly sha256: string;
  /** Before `/v1.14.1/sing-box-1.14.1-linux-amd64.tar.gz`. */
  readonly from: string;
  /** The folder, of this job, that it is unpacked into. */
  readonly folder: string;
}

/** A build for one system: how its archive is called. */
interface Build {
  readonly system: string;
  readonly processor: string;
}

const DOWNLOAD_MS = 120_000;
const MOST_BYTES = 128 * 1024 ** 2;
const MOST_UNPACKED_BYTES = 512 * 1024 ** 2;

const SYSTEMS: Partial<Record<NodeJS.Platform, string>> = { linux: 'linux', darwin: 'darwin' };
const PROCESSORS: Partial<Record<NodeJS.Architecture, string>> = {
  x64: 'amd64',
  arm64: 'arm64',
  arm: 'armv7',
};

/**
 * Downloads a release, and unpacks it only when it is the very archive that the user named.
 * Returns the path of the program. Throws ActionError, or the reason of the signal.
 */
export async function installEngine(release: EngineRelease, signal: AbortSignal): Promise<string> {
  const { system, processor } = buildForHere();
  const name = `sing-box-${release.version}-${system}-${processor}`;
  const url = `${release.from.replace(/\/+$/, '')}/v${release.version}/${name}.tar.gz`;
  const archive = await download(url, signal);
  const found = createHash('sha256').update(archive).digest('hex');
  if (found !== release.sha256.toLowerCase()) {
    throw new ActionError(`${name}.tar.gz is not what engine-sha256 says: it has ${found}.`, {
      remedy:
        'Compare it with the checksum of the release. When that differs too, somebody has changed the file.',
    });
  }
  const program = await programIn(archive, name);
  await mkdir(release.folder, { recursive: true });
  const path = join(await mkdtemp(join(release.folder, 'sing-box-')), 'sing-box');
  await writeFile(path, program, { flag: 'wx' });
  await chmod(path, 0o755);
  return path;
}

function buildForHere(): Build {
  const system = SYSTEMS[process.platform];
  const processor = PROCESSORS[process.arch];
  if (system !== undefined && processor !== undefined) return { system, processor };
  throw new ActionError(`There is no archive for ${process.platform} on ${process.arch}.`, {
    remedy: 'Install sing-box yourself, and set engine-path.',
  });
}

async function download(url: string, signal: AbortSignal): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(DOWNLOAD_MS)]);
    const response = await fetch(url, { signal: limit });
    if (!response.ok) throw new Error(`status ${response.status}`);
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > MOST_BYTES) throw new Error(`it is larger than ${MOST_BYTES} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw new ActionError(`The engine cannot be downloaded: ${describeError(error)}.`, {
      remedy: `Look whether ${plain(url)} can be had from here, or install sing-box yourself.`,
      cause: error,
    });
  }
  return Buffer.concat(chunks);
}

/** Only the program is taken out, whatever else there is, and under no name of the archive's. */
async function programIn(archive: Buffer, name: string): Promise<Uint8Array> {
  let data: Uint8Array | undefined;
  try {
    const tar = gunzipSync(archive, { maxOutputLength: MOST_UNPACKED_BYTES });
    const wanted = (path: string) => path.replace(/^\.\//, '') === `${name}/sing-box`;
    const [entry] = await unpackTar(tar, {
      filter: (header) => header.type === 'file' && wanted(header.name),
    });
    data = entry?.data;
  } catch (error) {
    throw new ActionError(`${name}.tar.gz cannot be unpacked: ${describeError(error)}.`, {
      remedy: 'Name the archive of a release in engine-version and engine-sha256.',
      cause: error,
    });
  }
  if (data) return data;
  throw new ActionError(`${name}.tar.gz has no ${name}/sing-box.`, {
    remedy: 'Name the archive of a release in engine-version and engine-sha256.',
  });
}
