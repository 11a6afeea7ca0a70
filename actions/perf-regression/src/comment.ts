import type { ActionContext } from '@repo/core/context';
import { describeError } from '@repo/core/errors/describe-error';
import type { Outcome } from '@repo/core/outcome';
import { fitSummary } from '@repo/core/summary/fit-summary';
import { connectGitHub } from '@repo/github/connect';
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
import { settingsOf } from '@repo/github/settings';
import type { PullRequest } from './event.ts';
import type { SeriesName } from './history/record.ts';

const MARKER = 'perf-regression';
/** A comment has room for 65,536 characters, and the marker needs some. */
const MOST_BYTES = 60_000;

/** What a comment is about: each series has its own on a pull request. */
export interface Topic {
  readonly pullRequest: PullRequest;
  readonly series: SeriesName;
  /** Without anything to tell, only a comment that is there already is brought up to date. */
  readonly onlyUpdate: boolean;
}

/**
 * Tells the outcome in the one comment that the pull request has for this series: the first time it
 * is created, later it is updated. Returns why it could not, as a sentence; a comment that cannot be
 * written never fails the run.
 */
export async function comment(
  { summary }: Pick<Outcome, 'summary'>,
  { pullRequest, series, onlyUpdate }: Topic,
  token: string,
  context: ActionContext,
): Promise<string | undefined> {
  const body = `${hiddenMarker(MARKER, series)}\n${fitSummary(summary, MOST_BYTES)}`;
  const find = async (github: GitHub) =>
    (await listComments(github, pullRequest.number)).filter(({ body: text }) =>
      isAbout(text, series),
    );
  try {
    const github = await connectGitHub(settingsOf(context, token, 'write'));
    if (await updateFirst(github, await find(github), body)) return undefined;
    if (onlyUpdate) return undefined;
    await createOnce(
      () => createComment(github, pullRequest.number, body),
      async () => (await find(github)).find((one) => one.body === body),
    );
    return undefined;
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof GitHubError)) throw error;
    return `The comment could not be written: ${describeError(error)}. ${error.remedy}`;
  }
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
  const marker = readMarker(MARKER, text);
  return (
    typeof marker === 'object' &&
    marker !== null &&
    'suite' in marker &&
    'environment' in marker &&
    marker.suite === suite &&
    marker.environment === environment
  );
}
