import type { Verdict } from '@repo/core/action/outcome';
import { fitSummary } from '@repo/core/summary/fit-summary';
import type { Markdown } from '@repo/core/summary/markdown';
import { plain } from '@repo/core/text/untrusted';
import { type CheckRun, createCheckRun } from '@repo/github/checks/check-runs';
import { createOnce } from '@repo/github/create-once';
import type { GitHub } from '@repo/github/github';
import type { SeriesName } from '../history/record.ts';

/** A check has room for 65,535 characters. */
const MOST_BYTES = 60_000;
/** Longest that GitHub shows of a title, and takes of a name. */
const LONGEST = 150;

/** What a check says. */
export interface Said {
  readonly series: SeriesName;
  /** The head of the pull request; on GitHub's merge of it nobody would see a check. */
  readonly sha: string;
  readonly verdict: Verdict;
  /** Whether the verdict fails the run. */
  readonly fails: boolean;
  readonly message: string;
  readonly summary: readonly Markdown[];
}

/** Writes the check of a series: another one later, on the same commit, takes its place. */
export async function check(said: Said, github: GitHub): Promise<void> {
  const checkRun: CheckRun = {
    name: plain(`perf-regression (${said.series.suite}, ${said.series.environment})`, LONGEST),
    sha: said.sha,
    conclusion: said.fails ? 'failure' : said.verdict === 'pass' ? 'success' : 'neutral',
    title: plain(said.message, LONGEST),
    summary: fitSummary(said.summary, MOST_BYTES),
  };
  // Written twice, the later one counts.
  await createOnce(
    () => createCheckRun(github, checkRun),
    async () => undefined,
  );
}
