import type { ActionContext } from '@repo/core/action/context';
import type { Outcome } from '@repo/core/action/outcome';
import { ActionError } from '@repo/core/errors/action-error';
import { connectGitHub } from '@repo/github/connect';
import type { GitHub } from '@repo/github/github';
import { settingsOf } from '@repo/github/settings';
import type { Judged } from '../compare/judged.ts';
import type { SeriesName } from '../history/record.ts';
import { failOn, type Inputs } from '../inputs.ts';
import { hasNews } from '../verdict.ts';
import { check } from './check.ts';
import { comment } from './comment.ts';

/** What GitHub is told of a run. */
export interface News {
  readonly outcome: Pick<Outcome, 'verdict' | 'message' | 'summary'>;
  readonly rows: readonly Judged[];
  readonly series: SeriesName;
  /** Pull requests that get the comment. */
  readonly pulls: readonly number[];
  /** The commit that gets the check. */
  readonly sha: string;
}

/** What could not be told, and why. */
export interface Untold {
  readonly what: 'comment' | 'check';
  readonly error: ActionError;
}

/** Writes the comment and the check, as far as they are asked for; returns what GitHub refused. */
export async function tell(
  { outcome, rows, series, pulls, sha }: News,
  inputs: Inputs,
  context: ActionContext,
): Promise<readonly Untold[]> {
  const untold: Untold[] = [];
  const attempt = async (what: Untold['what'], work: (github: GitHub) => Promise<void>) => {
    try {
      await work(await connectGitHub(settingsOf(context, inputs.githubToken ?? '', 'write')));
    } catch (error) {
      context.signal.throwIfAborted();
      if (!(error instanceof ActionError)) throw error;
      untold.push({ what, error });
    }
  };
  if (inputs.comment !== 'never') {
    const onlyUpdate = inputs.comment === 'on-change' && !hasNews(rows);
    for (const pull of pulls) {
      await attempt('comment', (github) =>
        comment(outcome.summary, { pull, series, onlyUpdate }, github),
      );
    }
  }
  if (inputs.check) {
    const verdicts: readonly string[] = failOn[inputs.failOn];
    const fails = verdicts.includes(outcome.verdict);
    await attempt('check', (github) => check({ ...outcome, series, sha, fails }, github));
  }
  return untold;
}
