import type { Verdict } from '@repo/core/action/outcome';
import { fitSummary } from '@repo/core/summary/fit-summary';
import type { Markdown } from '@repo/core/summary/markdown';
import { plain } from '@repo/core/text/untrusted';
import { type CheckRun, createCheckRun } from '@repo/github/checks/check-runs';
import { createOnce } from '@repo/github/create-once';
import type { GitHub } from '@repo/github/github';
import type { SeriesName } from '../history/record.ts';

/** GitHub accepts 65,535 characters. */
const MAX_SUMMARY_BYTES = 60_000;
/** GitHub cuts longer titles off and refuses longer names. */
const MAX_TITLE_LENGTH = 150;

export interface CheckContent {
  readonly series: SeriesName;
  /** The head of the pull request: GitHub does not show checks of its merge commit. */
  readonly sha: string;
  readonly verdict: Verdict;
  /** Whether the verdict fails the run. */
  readonly fails: boolean;
  readonly message: string;
  readonly summary: readonly Markdown[];
}

/** Writes the check of a series. A later check on the same commit replaces it. */
export async function publishCheck(content: CheckContent, github: GitHub): Promise<void> {
  const { suite, environment } = content.series;
  const checkRun: CheckRun = {
    name: plain(`perf-regression (${suite}, ${environment})`, MAX_TITLE_LENGTH),
    sha: content.sha,
    conclusion: content.fails ? 'failure' : content.verdict === 'pass' ? 'success' : 'neutral',
    title: plain(content.message, MAX_TITLE_LENGTH),
    summary: fitSummary(content.summary, MAX_SUMMARY_BYTES),
  };
  // A duplicate does no harm: GitHub shows the latest check of a name.
  await createOnce(
    () => createCheckRun(github, checkRun),
    async () => undefined,
  );
}
