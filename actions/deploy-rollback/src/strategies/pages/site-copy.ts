import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { digest } from '../digest.ts';
import type { SnapshotPart } from '../strategy.ts';

const partSchema = v.variant('hasCopy', [
  v.object({
    hasCopy: v.literal(true),
    revision: v.pipe(v.string(), v.regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/)),
    sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  }),
  v.object({ hasCopy: v.literal(false), reason: v.pipe(v.string(), v.maxLength(300)) }),
]);

/** The data of a snapshot about its copy of the site. */
export type CopyPart = v.InferOutput<typeof partSchema>;

export const COPY_FILE = 'site.zip';

export type SiteCopy =
  | { readonly kind: 'intact'; readonly file: string }
  | { readonly kind: 'none'; readonly reason: string };

/** Finds the copy of the site of a release in a snapshot, and verifies its checksum. */
export async function findCopy(
  snapshot: SnapshotPart | undefined,
  revision: string,
): Promise<SiteCopy> {
  if (snapshot === undefined) return { kind: 'none', reason: 'no snapshot has a copy of it' };
  const { success, output } = v.safeParse(partSchema, snapshot.part);
  if (!success) return { kind: 'none', reason: 'the manifest of the snapshot is invalid' };
  if (!output.hasCopy) {
    return { kind: 'none', reason: `the snapshot has no copy: ${output.reason}` };
  }
  if (output.revision !== revision) {
    return {
      kind: 'none',
      reason: `the copy in the snapshot belongs to ${output.revision.slice(0, 7)}`,
    };
  }
  const file = join(snapshot.folder, COPY_FILE);
  const sha256 = await hashFile(file).catch(() => undefined);
  return sha256 === output.sha256
    ? { kind: 'intact', file }
    : { kind: 'none', reason: 'the checksum of the copy in the snapshot differs' };
}

export async function hashFile(file: string): Promise<string> {
  return (await digest(createReadStream(file))).sha256;
}
