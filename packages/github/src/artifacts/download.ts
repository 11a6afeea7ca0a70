import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ActionError } from '@repo/core/errors/action-error';
import type { GitHub } from '../github.ts';
import { GitHubError } from '../github-error.ts';
import type { Artifact } from './artifact.ts';

/** For the whole download, ms. */
const TIMEOUT = 300_000;

/**
 * Downloads an artifact, a ZIP file, to a new `file` that only its owner can read (permissions: actions:
 * read).
 *
 * @throws ActionError if it has expired, is larger than stated, or the download fails
 */
export async function downloadArtifact(
  { rest, repository }: GitHub,
  { id, name, size }: Pick<Artifact, 'id' | 'name' | 'size'>,
  file: string,
  signal: AbortSignal,
): Promise<void> {
  const address = await getDownloadUrl();
  const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]);
  try {
    // Without the token, because a storage service serves the file.
    const { ok, status, body } = await fetch(address, { signal: limit });
    if (!ok || body === null) throw new Error(`the download responded with ${status}`);
    await pipeline(
      Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]),
      atMost(size),
      createWriteStream(file, { flags: 'wx', mode: 0o600 }),
      { signal: limit },
    );
  } catch (cause) {
    signal.throwIfAborted();
    throw new ActionError(`the artifact ${name} could not be downloaded`, {
      remedy: 'Try again. If it fails again, check that the runner can reach the storage service.',
      cause,
    });
  }

  async function getDownloadUrl(): Promise<string> {
    try {
      const { headers } = await rest.actions.downloadArtifact({
        ...repository,
        artifact_id: id,
        archive_format: 'zip',
        request: { takesRedirect: true },
      });
      return String(headers.location);
    } catch (error) {
      if (!(error instanceof GitHubError && error.status === 410)) throw error;
      throw new ActionError(`the artifact ${name} has expired`, {
        remedy: 'Increase retention-days of the step that uploads it.',
        cause: error,
      });
    }
  }
}

/** Limits the size, so that a server that sends too much cannot fill the disk. */
function atMost(size: number) {
  return async function* (source: AsyncIterable<Buffer>) {
    let left = size;
    for await (const chunk of source) {
      left -= chunk.length;
      if (left < 0) throw new Error(`it is larger than the stated ${size} bytes`);
      yield chunk;
    }
    if (left > 0) throw new Error(`${left} of its ${size} bytes are missing`);
  };
}
