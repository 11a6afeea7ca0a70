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
/** A comment has room for 65,536 characters, and the marker needs some. */
const MOST_BYTES = 60_000;

/** What a comment is about: each series has its own on a pull request. */
export interface Topic {
  readonly pull: number;
  readonly series: SeriesName;
  /** Without anything to tell, only a comment that is there already is brought up to date. */
  readonly onlyUpdate: boolean;
}

/**
 * Tells the outcome in the one comment that the pull request has for this series: the first time it
 * is created, later it is updated.
 */
export async function comment(
  summary: readonly Markdown[],
  { pull, series, onlyUpdate }: Topic,
  github: GitHub,
): Promise<void> {
  const body = `${hiddenMarker(MARKER, series)}\n${fitSummary(summary, MOST_BYTES)}`;
  const find = async () =>
    (await listComments(github, pull)).filter(({ body: text }) => isAbout(text, series));
  if (await updateFirst(github, await find(), body)) return;
  if (onlyUpdate) return;
  await createOnce(
    () => createComment(github, pull, body),
    async () => (await find()).find((one) => one.body === body),
  );
}

/** Updates the first that may be: anybody can write a comment that looks like ours. */
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
      const mayNot = error instanceof GitHubError && (error.status === 403 || error.status === 404);
      if (!mayNot || comments.length === 1) throw error;
    }
  }
  return false;
}

function isAbout(text: string, { suite, environment }: SeriesName): boolean {
  // Ours begin with it; in the middle it is somebody's quotation.
  const marker = text.startsWith(`<!-- ${MARKER} `) ? readMarker(MARKER, text) : undefined;
  return (
    typeof marker === 'object' &&
    marker !== null &&
    'suite' in marker &&
    'environment' in marker &&
    marker.suite === suite &&
    marker.environment === environment
  );
}
