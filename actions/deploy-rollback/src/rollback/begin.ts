import { createHash } from 'node:crypto';
import { ActionError } from '@repo/core/errors/action-error';
import { plain } from '@repo/core/text/untrusted';
import { failingOf } from '../failing.ts';
import { type Finding, finding } from '../finding.ts';
import type { Journal } from '../journal/journal.ts';
import { progressOf, touchedBy } from '../journal/progress.ts';
import type { History } from '../ledger/ledger.ts';
import { mayHaveBegun } from '../may-have-begun.ts';
import { shortSha } from '../revision.ts';
import { newestDeploy, type Situation, situationOf } from '../situation.ts';
import type { World } from '../world.ts';
import { stateInWords } from './words.ts';

export type Beginning =
  | { readonly kind: 'go'; readonly journal: Journal; readonly resumed: boolean }
  | { readonly kind: 'answered'; readonly finding: Finding };

/** Goes on with the rollback that somebody left unfinished, or begins one if the ledger allows it. */
export async function begin(world: World, history: History): Promise<Beginning> {
  const left = await world.journals.unfinished();
  if (left !== undefined && isStillRight(left, history, world)) {
    world.ports.log.info(`Going on with the rollback of ${shortSha(left.begun.failing)}.`);
    return { kind: 'go', journal: left, resumed: true };
  }
  const { inputs } = world;
  const failing = failingOf(world, history);
  if (failing === '') {
    const message = `the ledger does not know what runs in ${inputs.environment}`;
    const remedy = 'Give failing the SHA of the release that failed.';
    return { kind: 'answered', finding: finding({ result: 'no-target', message, remedy }) };
  }
  const situation = situationOf(history, {
    failing,
    wanted: inputs.target,
    mayHaveBegun: await mayHaveBegun(world, failing, history),
    maxRollbacks: inputs.maxRollbacks,
    nowMs: world.ports.clock.now(),
  });
  if (situation.kind !== 'go') {
    return { kind: 'answered', finding: answer(situation, failing) };
  }
  const journal = world.journals.begin({
    event: 'begun',
    claim: claimOf(inputs.environment, failing, history),
    failing,
    newestDeploy: newestDeploy(history)?.id ?? '',
    strategies: world.strategies.map(({ title }) => title),
    reason: plain(inputs.reason, 500),
  });
  return { kind: 'go', journal, resumed: false };
}

/** What the ledger alone answers. */
export function answer(situation: Exclude<Situation, { kind: 'go' }>, failing: string): Finding {
  const about = { result: situation.kind, message: situation.why, from: failing };
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
export function claimOf(environment: string, failing: string, history: History): string {
  const deploy = newestDeploy(history)?.id ?? '';
  const identity = JSON.stringify([environment, failing, deploy]);
  const name = `rb-${createHash('sha256').update(identity).digest('hex').slice(0, 12)}`;
  const earlier = history.entries.filter(({ rollback }) => rollback?.claim.startsWith(name)).length;
  return earlier === 0 ? name : `${name}-${earlier + 1}`;
}

/**
 * Whether what was left is to be finished. Somebody who deploys after it has answered the question
 * otherwise; one that has touched nothing binds nobody who asks about another release.
 */
function isStillRight(journal: Journal, history: History, world: World): boolean {
  const { begun, events } = journal;
  const progress = progressOf(journal);
  const isTouched = touchedBy(progress).size > 0 || progress.decided !== undefined;
  const newest = newestDeploy(history);
  const isSuperseded = newest !== undefined && newest.id !== begun.newestDeploy;
  const isOther = failingOf(world, history) !== begun.failing;
  if (progress.recorded === undefined && (isSuperseded || (isOther && !isTouched))) {
    world.ports.log.info(
      `The rollback of ${shortSha(begun.failing)} was left unfinished (${stateInWords(progress)}) and is out of date.`,
    );
    journal.write({ event: 'ended' });
    return false;
  }
  const wanted = begun.strategies;
  const given = world.strategies.map(({ title }) => title);
  if (isTouched && wanted.join('\n') !== given.join('\n')) {
    throw new ActionError(
      `a rollback of ${shortSha(begun.failing)} was interrupted (${stateInWords(progress)}), with other strategies: ${plain(wanted.join(', '))}`,
      { remedy: 'Run it with these strategies again, or give it up with mode: unfreeze.' },
    );
  }
  if (!isTouched && wanted.join('\n') !== given.join('\n')) {
    journal.write({ event: 'ended' });
    return false;
  }
  return events.length > 0;
}
