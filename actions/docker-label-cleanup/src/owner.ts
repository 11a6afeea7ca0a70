import type { RunInfo } from '@repo/core/action/run-info';
import { InputError } from '@repo/core/errors/input-error';
import { describeRule, type Group, type LabelRule, type Selector } from './selector.ts';

/** Whose run made an object: all jobs of an attempt share it. */
const RUN_LABEL = 'docker-label-cleanup.run';
/** Which `mode: setup` step made it: no other job has the same. */
const SETUP_LABEL = 'docker-label-cleanup.setup';

/** The label of this run: `owner/repository/run-id/attempt`. Throws an InputError outside of one. */
export function runLabel({ repository, runId, runAttempt }: RunInfo): LabelRule {
  if (runId === '') {
    throw new InputError([
      {
        where: 'owner',
        given: 'run',
        problem: 'cannot be told: there is no GITHUB_RUN_ID',
        remedy: 'Use owner: any outside of GitHub Actions.',
      },
    ]);
  }
  return { key: RUN_LABEL, value: `${repository}/${runId}/${runAttempt || '1'}` };
}

export function setupLabel(token: string): LabelRule {
  return { key: SETUP_LABEL, value: token };
}

export function newToken(): string {
  return crypto.randomUUID().replaceAll('-', '');
}

/**
 * The arguments that give labels to what `docker run`, `docker build`, `docker network create` and
 * `docker volume create` make. They go into a script without quotes: a label that a shell would
 * read is refused. Throws an InputError.
 */
export function labelArguments(selector: Selector, owner: Group): string {
  const rules = [...(selector[0] ?? []), ...owner];
  const unsafe = rules.map(describeRule).filter((text) => !/^[\w./:@%+,=-]+$/.test(text));
  if (unsafe.length > 0) {
    throw new InputError(
      unsafe.map((given) => ({
        where: 'labels',
        given,
        problem: 'has characters that a shell would read, so that label-args could not be used',
        remedy: 'Use letters, digits and . / : @ % + , = - _ only.',
      })),
    );
  }
  return rules.map((rule) => `--label ${describeRule(rule)}`).join(' ');
}
