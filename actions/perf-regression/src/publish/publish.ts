import type { ActionContext } from '@repo/core/action/context';
import type { Outcome } from '@repo/core/action/outcome';
import { ActionError } from '@repo/core/errors/action-error';
import { connectGitHub } from '@repo/github/connect';
import type { GitHub } from '@repo/github/github';
import { readSettings } from '@repo/github/settings';
import type { MetricResult } from '../compare/metric-result.ts';
import type { SeriesName } from '../history/record.ts';
import { failOn, type Inputs } from '../inputs.ts';
import { hasNotableResults } from '../verdict.ts';
import { publishCheck } from './check.ts';
import { publishComment } from './comment.ts';

/** What is published on GitHub. */
export interface Publication {
  readonly outcome: Pick<Outcome, 'verdict' | 'message' | 'summary'>;
  readonly rows: readonly MetricResult[];
  readonly series: SeriesName;
  /** Pull requests that get the comment. */
  readonly pulls: readonly number[];
  /** The commit that gets the check. */
  readonly sha: string;
}

/** What could not be published, and why. */
export interface PublishError {
  readonly what: 'comment' | 'check';
  readonly error: ActionError;
}

/** Writes the comment and the check that the inputs enable. Returns what GitHub refused. */
export async function publish(
  { outcome, rows, series, pulls, sha }: Publication,
  inputs: Inputs,
  action: ActionContext,
): Promise<readonly PublishError[]> {
  const publishErrors: PublishError[] = [];
  const attempt = async (what: PublishError['what'], work: (github: GitHub) => Promise<void>) => {
    try {
      await work(await connectGitHub(readSettings(action, inputs.githubToken ?? '', 'write')));
    } catch (error) {
      action.signal.throwIfAborted();
      if (!(error instanceof ActionError)) throw error;
      publishErrors.push({ what, error });
    }
  };
  if (inputs.comment !== 'never') {
    const onlyUpdate = inputs.comment === 'on-change' && !hasNotableResults(rows);
    for (const pull of pulls) {
      await attempt('comment', (github) =>
        publishComment(outcome.summary, { pull, series, onlyUpdate }, github),
      );
    }
  }
  if (inputs.check) {
    const verdicts: readonly string[] = failOn[inputs.failOn];
    const fails = verdicts.includes(outcome.verdict);
    await attempt('check', (github) => publishCheck({ ...outcome, series, sha, fails }, github));
  }
  return publishErrors;
}
