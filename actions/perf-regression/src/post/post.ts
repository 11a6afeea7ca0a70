import type { ActionContext } from '@repo/core/action/context';
import type { Outcome } from '@repo/core/action/outcome';
import { ActionError } from '@repo/core/errors/action-error';
import { InputError } from '@repo/core/errors/input-error';
import { md } from '@repo/core/summary/markdown';
import { pluralize } from '@repo/core/text/pluralize';
import { connectGitHub } from '@repo/github/connect';
import { openPullsFrom } from '@repo/github/pulls/pulls';
import { settingsOf } from '@repo/github/settings';
import { readEvent, type WorkflowRun } from '../event.ts';
import type { Inputs } from '../inputs.ts';
import { outputsOf, report } from '../report/report.ts';
import { pathsOf } from '../survey.ts';
import { tell } from '../tell/tell.ts';
import { countStates } from '../verdict.ts';
import { type LeftReport, readLeftReport } from './left-report.ts';

/** Reports that one run may leave: a job of its matrix each. */
const MOST_REPORTS = 50;

/**
 * Tells a pull request what a run without a token to write has found. That run may have been a
 * stranger's, so nothing that it left says where it goes: the pull request and the commit are those
 * that GitHub's own event names, and only as long as the commit is the latest.
 *
 * @throws {ActionError} the wrong event, a report that is none of ours, a refused comment or check
 */
export async function post(inputs: Inputs, context: ActionContext): Promise<Outcome> {
  const { workflowRun } = await readEvent(context.variable('GITHUB_EVENT_PATH'));
  if (workflowRun === undefined) {
    throw new ActionError('mode: post has no run to tell of: the event is no workflow_run', {
      remedy:
        "Run it by a workflow with on: {workflow_run: {workflows: ['…'], types: [completed]}}.",
    });
  }
  if (!workflowRun.event.startsWith('pull_request')) {
    return posted([], [], 'Nobody is told: the run was no pull request’s');
  }
  const reports = await leftReports(inputs, context.workspace);
  const pulls = await pullsOf(workflowRun, inputs, context);
  if (pulls.length === 0) {
    return posted(reports, [], 'Nobody is told: the pull request is closed, or has newer commits');
  }
  for (const left of reports) {
    const outcome = report({ ...left, historyFile: '', htmlFile: '' }, inputs.failOn === 'missing');
    const news = { outcome, rows: left.rows, series: left.series, pulls };
    const [untold] = await tell({ ...news, sha: workflowRun.headSha }, inputs, context);
    if (untold !== undefined) throw untold.error;
  }
  const about = pluralize(reports.length, 'report');
  return posted(reports, pulls, `Told ${pulls.map((pull) => `#${pull}`).join(', ')} of ${about}`);
}

async function leftReports(inputs: Inputs, workspace: string): Promise<readonly LeftReport[]> {
  const paths = await pathsOf(inputs.results, workspace);
  if (paths.length === 0 || paths.length > MOST_REPORTS) {
    throw new InputError([
      {
        where: 'results',
        given: inputs.results.map(({ glob }) => glob).join(' '),
        problem: paths.length === 0 ? 'matches no file' : `matches more than ${MOST_REPORTS} files`,
        remedy: 'Name the reports that were downloaded from the first workflow.',
      },
    ]);
  }
  return Promise.all(paths.map(readLeftReport));
}

/** The open pull requests whose latest commit the run was of. */
async function pullsOf(
  { headRepository, headBranch, headSha }: WorkflowRun,
  { githubToken = '' }: Inputs,
  context: ActionContext,
): Promise<readonly number[]> {
  const github = await connectGitHub(settingsOf(context, githubToken, 'write'));
  const pulls = await openPullsFrom(github, headRepository, headBranch);
  return pulls.filter((pull) => pull.headSha === headSha).map(({ number }) => number);
}

/** Whatever the reports say, this run did what it was for. */
function posted(
  reports: readonly LeftReport[],
  pulls: readonly number[],
  message: string,
): Outcome {
  const rows = reports.flatMap((left) => left.rows);
  const shift = { ratio: 1, applied: false, reference: false, benchmarks: 0 };
  return {
    verdict: 'pass',
    message,
    outputs: outputsOf({ rows, counts: countStates(rows), shift, historyFile: '', htmlFile: '' }),
    result: { kind: 'posted', pulls, series: reports.map(({ series }) => series) },
    summary: [md`${message}.`],
    annotations: [],
  };
}
