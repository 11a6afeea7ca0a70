import * as v from 'valibot';
import { count, epochMs, identifier, revision, shortText } from '../state/schemas.ts';

/** A path within the folder of a part, on every operating system. */
const innerPath = v.pipe(
  shortText,
  v.check(
    (path) =>
      path !== '' &&
      !/[\\\0:]/.test(path) &&
      path.split('/').every((step) => step !== '' && step !== '.' && step !== '..'),
  ),
);

/** The manifest of a snapshot. It is written last: a folder without one is incomplete. */
export const manifestSchema = v.object({
  schema: v.literal('deploy-rollback-snapshot/v1'),
  id: identifier,
  /** `safety`: of the bad release, taken by a rollback before its first change. */
  kind: v.picklist(['deploy', 'safety']),
  environment: shortText,
  revision,
  tree: shortText,
  takenMs: epochMs,
  /** Increases with each snapshot, because the clock may be set back between them. */
  number: v.optional(count, 0),
  /** The next deploy; absent for a safety snapshot. */
  before: v.optional(revision),
  parts: v.pipe(
    v.array(
      v.object({
        /** The title of the strategy. */
        title: shortText,
        /** Within the folder of the snapshot. */
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
export type StoredFile = Manifest['parts'][number]['files'][number];
