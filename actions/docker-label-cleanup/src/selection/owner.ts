import type { RunInfo } from '@repo/core/action/run-info';
import { InputError } from '@repo/core/errors/input-error';
import { describeRule, type LabelGroup, type LabelRule, type Selector } from './selector.ts';

/** The workflow run that made an object; all jobs of an attempt share it. */
const RUN_LABEL = 'docker-label-cleanup.run';
/** The `mode: setup` step that made an object; unique per job. */
const SETUP_LABEL = 'docker-label-cleanup.setup';

/** The state in which `mode: setup` saves the token of its label. */
export const SETUP_TOKEN = 'setup-token';

/** The label of this run: `owner/repository/run-id/attempt`. Throws an InputError outside of one. */
export function runLabel({ repository, runId, runAttempt }: RunInfo): LabelRule {
  if (runId === '') {
    throw new InputError([
      {
        where: 'owner',
        given: 'run',
        problem: 'needs GITHUB_RUN_ID, which is not set',
        remedy: 'Use owner: any outside of GitHub Actions.',
      },
    ]);
  }
  return { key: RUN_LABEL, value: `${repository}/${runId}/${runAttempt || '1'}` };
}

export function setupLabel(token: string): LabelRule {
  return { key: SETUP_LABEL, value: token };
}

/**
 * The arguments for `docker run`, `docker build`, `docker network create` and `docker volume create`.
 * Scripts use them without quotes: a label with characters special to a shell throws an InputError.
 */
export function formatLabelArguments(selector: Selector, owner: LabelGroup): string {
  const rules = [...(selector[0] ?? []), ...owner];
  const unsafe = rules.map(describeRule).filter((text) => !/^[\w./:@%+,=-]+$/.test(text));
  if (unsafe.length > 0) {
    throw new InputError(
      unsafe.map((given) => ({
        where: 'labels',
        given,
        problem: 'has characters that are special to a shell',
        remedy: 'Use only letters, digits and . / : @ % + , = - _ with mode: setup.',
      })),
    );
  }
  return rules.map((rule) => `--label ${describeRule(rule)}`).join(' ');
}
