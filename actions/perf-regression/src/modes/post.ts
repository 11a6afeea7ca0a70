import type { Outcome } from '@repo/core/action/outcome';
import { ActionError } from '@repo/core/errors/action-error';
import { InputError } from '@repo/core/errors/input-error';
import { md } from '@repo/core/summary/markdown';
import { pluralize } from '@repo/core/text/pluralize';
import { connectGitHub } from '@repo/github/connect';
import { openPullsFrom } from '@repo/github/pulls/pulls';
import { readSettings } from '@repo/github/settings';
import { NO_SHIFT } from '../compare/common-shift.ts';
import type { Context } from '../context.ts';
import type { WorkflowRun } from '../event.ts';
import { publish } from '../publish/publish.ts';
import { readReport, type SavedReport } from '../report/read-report.ts';
import { report, toOutputs } from '../report/report.ts';
import { listFiles } from '../result-files.ts';
import { countStates, judge } from '../verdict.ts';

/** A run has one report for each job of its matrix. */
const MAX_REPORTS = 50;

/**
 * `mode: post`: publishes the reports of a run whose token could not write. That run may have been
 * started from a fork, so its files are not trusted with the destination: the pull request and the
 * commit come from GitHub's event, and the commit must still be the latest.
 *
 * @throws {ActionError} on another event, an invalid report, or a refused comment or check
 */
export async function post(context: Context): Promise<Outcome> {
  const { inputs, action, event } = context;
  const { workflowRun } = event;
  if (workflowRun === undefined) {
    throw new ActionError('mode: post requires the event workflow_run', {
      remedy:
        "Use it in a workflow with on: {workflow_run: {workflows: ['…'], types: [completed]}}.",
    });
  }
  if (!workflowRun.event.startsWith('pull_request')) {
    return createOutcome([], [], 'Nothing is published: a pull request did not start the run');
  }
  const reports = await readReports(context);
  const pulls = await findPulls(workflowRun, context);
  if (pulls.length === 0) {
    return createOutcome(
      reports,
      [],
      'Nothing is published: the pull request is closed or has newer commits',
    );
  }
  for (const saved of reports) {
    const { rows, counts, accepted, series } = saved;
    const strict = inputs.failOn === 'missing';
    const judgement = judge(rows, { counts, accepted, strict });
    const outcome = report({ ...saved, judgement, historyFile: '', htmlFile: '' });
    const publication = { outcome, rows, series, pulls, sha: workflowRun.headSha };
    const [publishError] = await publish(publication, inputs, action);
    if (publishError !== undefined) throw publishError.error;
  }
  const targets = pulls.map((pull) => `#${pull}`).join(', ');
  const content = pluralize(reports.length, 'report');
  return createOutcome(reports, pulls, `Published ${content} on ${targets}`);
}

async function readReports({ inputs, action }: Context): Promise<readonly SavedReport[]> {
  const paths = await listFiles(inputs.results, action.workspace);
  if (paths.length === 0 || paths.length > MAX_REPORTS) {
    throw new InputError([
      {
        where: 'results',
        given: inputs.results.map(({ glob }) => glob).join(' '),
        problem: paths.length === 0 ? 'matches no file' : `matches more than ${MAX_REPORTS} files`,
        remedy: 'Set the paths of the reports that were downloaded from the first workflow.',
      },
    ]);
  }
  return Promise.all(paths.map(readReport));
}

/** The open pull requests whose latest commit was measured. */
async function findPulls(
  { headRepository, headBranch, headSha }: WorkflowRun,
  { inputs, action }: Context,
): Promise<readonly number[]> {
  const github = await connectGitHub(readSettings(action, inputs.githubToken ?? '', 'write'));
  const pulls = await openPullsFrom(github, headRepository, headBranch);
  return pulls.filter((pull) => pull.headSha === headSha).map(({ number }) => number);
}

/** `pass` whatever the reports say: the run of the pull request has its own verdict. */
function createOutcome(
  reports: readonly SavedReport[],
  pulls: readonly number[],
  message: string,
): Outcome {
  const rows = reports.flatMap((saved) => saved.rows);
  return {
    verdict: 'pass',
    message,
    outputs: toOutputs({
      rows,
      counts: countStates(rows),
      shift: NO_SHIFT,
      historyFile: '',
      htmlFile: '',
    }),
    result: { kind: 'posted', pulls, series: reports.map(({ series }) => series) },
    summary: [md`${message}.`],
    annotations: [],
  };
}
