import { createHash } from 'node:crypto';
import { ActionError } from '@repo/core/errors/action-error';
import { plain } from '@repo/core/text/untrusted';
import { getBadRelease } from '../bad-release.ts';
import type { Context } from '../context.ts';
import { type Finding, finding } from '../finding.ts';
import type { Journal } from '../journal/journal.ts';
import { progressOf, touchedBy } from '../journal/progress.ts';
import type { History } from '../ledger/ledger.ts';
import { mayHaveBegun } from '../may-have-begun.ts';
import { shortSha } from '../revision.ts';
import { newestDeploy, type Situation, situationOf } from '../situation.ts';
import { stateInWords } from './words.ts';

export type Beginning =
  | { readonly kind: 'go'; readonly journal: Journal; readonly resumed: boolean }
  | { readonly kind: 'answered'; readonly finding: Finding };

/** Goes on with the rollback that somebody left unfinished, or begins one if the ledger allows it. */
export async function begin(context: Context, history: History): Promise<Beginning> {
  const left = await context.journals.unfinished();
  if (left !== undefined && isStillRight(left, history, context)) {
    context.ports.log.info(`Going on with the rollback of ${shortSha(left.begun.badRelease)}.`);
    return { kind: 'go', journal: left, resumed: true };
  }
  const { inputs } = context;
  const badRelease = getBadRelease(context, history);
  if (badRelease === '') {
    const message = `the ledger does not know what runs in ${inputs.environment}`;
    const remedy = 'Set bad-release to the SHA of the release that failed.';
    return { kind: 'answered', finding: finding({ result: 'no-target', message, remedy }) };
  }
  const situation = situationOf(history, {
    badRelease,
    wanted: inputs.target,
    mayHaveBegun: await mayHaveBegun(context, badRelease, history),
    maxRollbacks: inputs.maxRollbacks,
    nowMs: context.ports.clock.now(),
  });
  if (situation.kind !== 'go') {
    return { kind: 'answered', finding: answer(situation, badRelease) };
  }
  const journal = context.journals.begin({
    event: 'begun',
    rollbackId: createRollbackId(inputs.environment, badRelease, history),
    badRelease,
    newestDeploy: newestDeploy(history)?.id ?? '',
    strategies: context.strategies.map(({ title }) => title),
    reason: plain(inputs.reason, 500),
  });
  return { kind: 'go', journal, resumed: false };
}

/** What the ledger alone answers. */
export function answer(situation: Exclude<Situation, { kind: 'go' }>, badRelease: string): Finding {
  const about = { result: situation.kind, message: situation.why, from: badRelease };
  switch (situation.kind) {
    case 'noop':
      return finding({ ...about, to: situation.runs });
    case 'no-target':
      return finding({
        ...about,
        remedy: 'If it runs all the same, name the release to go back to: target: SHA.',
      });
    case 'superseded':
      return finding({ ...about, to: situation.by });
    case 'loop-guard':
      return finding({
        ...about,
        remedy: 'Find out why it happens again, then name the target: target: SHA.',
      });
  }
}

/**
 * Names the rollback of one deploy of a release: the same on another machine too, and after a kill.
 * One that failed is recorded; the next try has another name.
 */
export function createRollbackId(
  environment: string,
  badRelease: string,
  history: History,
): string {
  const deploy = newestDeploy(history)?.id ?? '';
  const identity = JSON.stringify([environment, badRelease, deploy]);
  const name = `rb-${createHash('sha256').update(identity).digest('hex').slice(0, 12)}`;
  const earlier = history.entries.filter(({ rollback }) =>
    rollback?.rollbackId.startsWith(name),
  ).length;
  return earlier === 0 ? name : `${name}-${earlier + 1}`;
}

/**
 * Whether what was left is to be finished. Somebody who deploys after it has answered the question
 * otherwise; one that has touched nothing binds nobody who asks about another release.
 */
function isStillRight(journal: Journal, history: History, context: Context): boolean {
  const { begun, events } = journal;
  const progress = progressOf(journal);
  const isTouched = touchedBy(progress).size > 0 || progress.decided !== undefined;
  const newest = newestDeploy(history);
  const isSuperseded = newest !== undefined && newest.id !== begun.newestDeploy;
  const isOther = getBadRelease(context, history) !== begun.badRelease;
  if (progress.recorded === undefined && (isSuperseded || (isOther && !isTouched))) {
    context.ports.log.info(
      `The rollback of ${shortSha(begun.badRelease)} was left unfinished (${stateInWords(progress)}) and is out of date.`,
    );
    journal.write({ event: 'ended' });
    return false;
  }
  const wanted = begun.strategies;
  const given = context.strategies.map(({ title }) => title);
  if (isTouched && wanted.join('\n') !== given.join('\n')) {
    throw new ActionError(
      `a rollback of ${shortSha(begun.badRelease)} was interrupted (${stateInWords(progress)}), with other strategies: ${plain(wanted.join(', '))}`,
      { remedy: 'Run it with these strategies again, or give it up with mode: unfreeze.' },
    );
  }
  if (!isTouched && wanted.join('\n') !== given.join('\n')) {
    journal.write({ event: 'ended' });
    return false;
  }
  return events.length > 0;
}
