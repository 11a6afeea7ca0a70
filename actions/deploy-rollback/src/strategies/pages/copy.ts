import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import * as v from 'valibot';
import type { SnapshotPart } from '../strategy.ts';

/** What a snapshot knows of its copy; read back, it is somebody else's until it fits. */
const Part = v.variant('kept', [
  v.object({
    kept: v.literal(true),
    revision: v.pipe(v.string(), v.regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/)),
    sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  }),
  v.object({ kept: v.literal(false), why: v.pipe(v.string(), v.maxLength(300)) }),
]);

export type CopyPart = v.InferOutput<typeof Part>;

export const COPY = 'site.zip';

export type Copy =
  | { readonly kind: 'intact'; readonly file: string }
  | { readonly kind: 'none'; readonly why: string };

/** The copy of a site in a snapshot, if it is the one of the release, and intact. */
export async function copyIn(kept: SnapshotPart | undefined, revision: string): Promise<Copy> {
  if (kept === undefined) return { kind: 'none', why: 'no snapshot has a copy of it' };
  const { success, output } = v.safeParse(Part, kept.part);
  if (!success) return { kind: 'none', why: 'what the snapshot says of its copy cannot be read' };
  if (!output.kept) return { kind: 'none', why: `the snapshot has no copy: ${output.why}` };
  if (output.revision !== revision) {
    return {
      kind: 'none',
      why: `the copy in the snapshot is of ${output.revision.slice(0, 7)}`,
    };
  }
  const file = join(kept.folder, COPY);
  const sha256 = await sha256Of(file).catch(() => 'nothing');
  return sha256 === output.sha256
    ? { kind: 'intact', file }
    : { kind: 'none', why: 'the copy in the snapshot is not what was kept: its checksum differs' };
}

export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
