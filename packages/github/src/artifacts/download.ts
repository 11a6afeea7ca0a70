import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ActionError } from '@repo/core/errors/action-error';
import type { GitHub } from '../github.ts';
import { GitHubError } from '../github-error.ts';
import type { Artifact } from './artifact.ts';

/** The whole download, ms. */
const TIMEOUT = 300_000;

/**
 * Writes an artifact, a ZIP file, to `file`, which must not be there yet (permissions: actions:
 * read). Only its owner may read it.
 *
 * @throws ActionError where it has expired, is larger than it says or does not come
 */
export async function downloadArtifact(
  { request, repository }: GitHub,
  { id, name, size }: Pick<Artifact, 'id' | 'name' | 'size'>,
  file: string,
  signal: AbortSignal,
): Promise<void> {
  const address = await addressOf();
  const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]);
  try {
    // Without the token: it is not GitHub itself that serves it.
    const { ok, status, body } = await fetch(address, { signal: limit });
    if (!ok || body === null) throw new Error(`its address answers with ${status}`);
    await pipeline(
      Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]),
      atMost(size),
      createWriteStream(file, { flags: 'wx', mode: 0o600 }),
      { signal: limit },
    );
  } catch (cause) {
    signal.throwIfAborted();
    throw new ActionError(`the artifact ${name} could not be downloaded`, {
      remedy: 'Try again; if that does not help, see whether this runner reaches the storage.',
      cause,
    });
  }

  async function addressOf(): Promise<string> {
    try {
      const { headers } = await request(
        'GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}',
        {
          ...repository,
          artifact_id: id,
          archive_format: 'zip',
          request: { takesRedirect: true },
        },
      );
      return String(headers.location);
    } catch (error) {
      if (!(error instanceof GitHubError && error.status === 410)) throw error;
      throw new ActionError(`the artifact ${name} has expired`, {
        remedy: 'Give the step that uploads it more retention-days.',
        cause: error,
      });
    }
  }
}

/** Whoever sends more than was said must not fill the disk. */
function atMost(size: number) {
  return async function* (source: AsyncIterable<Buffer>) {
    let left = size;
    for await (const chunk of source) {
      left -= chunk.length;
      if (left < 0) throw new Error(`it is larger than the ${size} bytes that it says`);
      yield chunk;
    }
    if (left > 0) throw new Error(`${left} of its ${size} bytes are missing`);
  };
}
