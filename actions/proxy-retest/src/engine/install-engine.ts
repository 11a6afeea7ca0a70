import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Log } from '@repo/core/action/log';
import { ActionError } from '@repo/core/errors/action-error';
import { describeError } from '@repo/core/errors/describe-error';
import { plain } from '@repo/core/text/untrusted';
import { unpackTar } from 'modern-tar';

/** A release of sing-box to download. */
export interface EngineRelease {
  /** `1.14.1` */
  readonly version: string;
  /** SHA-256 of the archive in hexadecimal. */
  readonly sha256: string;
  /** The base URL; `/v1.14.1/sing-box-1.14.1-linux-amd64.tar.gz` is appended. */
  readonly from: string;
  /** The folder to unpack into. */
  readonly folder: string;
}

/** The system in the name of an archive. */
interface Build {
  readonly system: string;
  readonly processor: string;
}

const DOWNLOAD_TIMEOUT_MS = 120_000;
const MAX_BYTES = 128 * 1024 ** 2;
const MAX_UNPACKED_BYTES = 512 * 1024 ** 2;

const SYSTEMS: Partial<Record<NodeJS.Platform, string>> = { linux: 'linux', darwin: 'darwin' };
const PROCESSORS: Partial<Record<NodeJS.Architecture, string>> = {
  x64: 'amd64',
  arm64: 'arm64',
  arm: 'armv7',
};

/**
 * Downloads a release, verifies its checksum and unpacks it. Returns the path of the program. Throws an
 * ActionError, or the reason of the signal.
 */
export async function installEngine(
  release: EngineRelease,
  signal: AbortSignal,
  debug: Log['debug'] = () => {},
): Promise<string> {
  const { system, processor } = detectBuild();
  const name = `sing-box-${release.version}-${system}-${processor}`;
  const url = `${release.from.replace(/\/+$/, '')}/v${release.version}/${name}.tar.gz`;
  const archive = await download(url, signal, debug);
  const found = createHash('sha256').update(archive).digest('hex');
  if (found !== release.sha256.toLowerCase()) {
    throw new ActionError(`${name}.tar.gz does not match engine-sha256 (got ${found})`, {
      remedy:
        'Compare both with the checksum that the release publishes; the archive may have been modified.',
    });
  }
  const program = await extractProgram(archive, name);
  await mkdir(release.folder, { recursive: true });
  const path = join(await mkdtemp(join(release.folder, 'sing-box-')), 'sing-box');
  await writeFile(path, program, { flag: 'wx' });
  await chmod(path, 0o755);
  return path;
}

function detectBuild(): Build {
  const system = SYSTEMS[process.platform];
  const processor = PROCESSORS[process.arch];
  if (system !== undefined && processor !== undefined) return { system, processor };
  throw new ActionError(
    `sing-box cannot be downloaded for ${process.platform} on ${process.arch}`,
    {
      remedy: 'Install sing-box and set engine-path.',
    },
  );
}

async function download(url: string, signal: AbortSignal, debug: Log['debug']): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS)]);
    const response = await fetch(url, { signal: limit });
    const { origin, pathname } = new URL(url);
    debug(`download: GET ${origin}${pathname} → ${response.status}`);
    if (!response.ok) throw new Error(`status ${response.status}`);
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > MAX_BYTES) throw new Error(`the archive is larger than ${MAX_BYTES} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw new ActionError(`the engine cannot be downloaded: ${describeError(error)}`, {
      remedy: `Check that ${plain(url)} is reachable from this runner, or install sing-box.`,
      cause: error,
    });
  }
  return Buffer.concat(chunks);
}

/** Extracts only the program; paths in the archive are not used for files. */
async function extractProgram(archive: Buffer, name: string): Promise<Uint8Array> {
  let data: Uint8Array | undefined;
  try {
    const tar = gunzipSync(archive, { maxOutputLength: MAX_UNPACKED_BYTES });
    const isProgram = (path: string) => path.replace(/^\.\//, '') === `${name}/sing-box`;
    const [entry] = await unpackTar(tar, {
      filter: (header) => header.type === 'file' && isProgram(header.name),
    });
    data = entry?.data;
  } catch (error) {
    throw new ActionError(`${name}.tar.gz cannot be unpacked: ${describeError(error)}`, {
      remedy: 'Set engine-version and engine-sha256 to those of a release.',
      cause: error,
    });
  }
  if (data) return data;
  throw new ActionError(`${name}.tar.gz does not contain ${name}/sing-box`, {
    remedy: 'Set engine-version and engine-sha256 to those of a release.',
  });
}
