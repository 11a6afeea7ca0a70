import * as v from 'valibot';
import { count, epochMs, identifier, revision, shortText } from '../state/untrusted-shapes.ts';

/** A path within the folder of a part: no way out of it, by whatever system it is read. */
const innerPath = v.pipe(
  shortText,
  v.check(
    (path) =>
      path !== '' &&
      !/[\\\0:]/.test(path) &&
      path.split('/').every((step) => step !== '' && step !== '.' && step !== '..'),
  ),
);

/** What a snapshot consists of. It is written last: what has none is no snapshot. */
export const manifestSchema = v.object({
  schema: v.literal('deploy-rollback-snapshot/v1'),
  id: identifier,
  /** `safety`: of the failing release, taken by a rollback before it changed anything. */
  kind: v.picklist(['deploy', 'safety']),
  environment: shortText,
  revision,
  content: shortText,
  takenMs: epochMs,
  /** Each one's is above those before it: the clock may be set back between them. */
  number: v.optional(count, 0),
  /** The release that was about to be deployed; absent of one taken for safety. */
  before: v.optional(revision),
  parts: v.pipe(
    v.array(
      v.object({
        /** The strategy's. */
        title: shortText,
        /** Within the snapshot's folder. */
        folder: identifier,
        part: v.unknown(),
        files: v.pipe(
          v.array(
            v.object({
              path: innerPath,
              bytes: count,
              sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
            }),
          ),
          v.maxLength(1_000_000),
        ),
      }),
    ),
    v.maxLength(1_000),
  ),
});

export type Manifest = v.InferOutput<typeof manifestSchema>;
export type KeptFile = Manifest['parts'][number]['files'][number];
