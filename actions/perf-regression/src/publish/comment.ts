import { fitSummary } from '@repo/core/summary/fit-summary';
import type { Markdown } from '@repo/core/summary/markdown';
import { createOnce } from '@repo/github/create-once';
import type { GitHub } from '@repo/github/github';
import { GitHubError } from '@repo/github/github-error';
import {
  type Comment,
  createComment,
  listComments,
  updateComment,
} from '@repo/github/issues/comments';
import { hiddenMarker, readMarker } from '@repo/github/marker';
import type { SeriesName } from '../history/record.ts';

const MARKER = 'perf-regression';
/** GitHub accepts 65,536 characters, and the marker needs some of them. */
const MAX_SUMMARY_BYTES = 60_000;

/** Each series has its own comment on a pull request. */
export interface CommentTarget {
  readonly pull: number;
  readonly series: SeriesName;
  /** Without notable results, an existing comment is updated and none is created. */
  readonly onlyUpdate: boolean;
}

/** Creates the comment of the series on the pull request, or updates the existing one. */
export async function publishComment(
  summary: readonly Markdown[],
  { pull, series, onlyUpdate }: CommentTarget,
  github: GitHub,
): Promise<void> {
  const body = `${hiddenMarker(MARKER, series)}\n${fitSummary(summary, MAX_SUMMARY_BYTES)}`;
  const find = async () =>
    (await listComments(github, pull)).filter((comment) => hasMarker(comment.body, series));
  if (await updateFirst(github, await find(), body)) return;
  if (onlyUpdate) return;
  await createOnce(
    () => createComment(github, pull, body),
    async () => (await find()).find((comment) => comment.body === body),
  );
}

/** Updates the first comment that the token may edit: any user can write one with the marker. */
async function updateFirst(
  github: GitHub,
  comments: readonly Comment[],
  body: string,
): Promise<boolean> {
  for (const { id } of comments) {
    try {
      await updateComment(github, id, body);
      return true;
    } catch (error) {
      const isRefused =
        error instanceof GitHubError && (error.status === 403 || error.status === 404);
      if (!isRefused || comments.length === 1) throw error;
    }
  }
  return false;
}

function hasMarker(body: string, { suite, environment }: SeriesName): boolean {
  // A marker in the middle of a comment is a quotation.
  const marker = body.startsWith(`<!-- ${MARKER} `) ? readMarker(MARKER, body) : undefined;
  return (
    typeof marker === 'object' &&
    marker !== null &&
    'suite' in marker &&
    'environment' in marker &&
    marker.suite === suite &&
    marker.environment === environment
  );
}
