import type { PassedOver } from '../candidates.ts';
import type { Context } from '../context.ts';
import type { EventOf } from '../journal/event.ts';
import type { Journal, Unwritten } from '../journal/journal.ts';
import { type Attempt, progressOf, touchedBy } from '../journal/progress.ts';
import type { Entry } from '../ledger/ledger.ts';
import { shortSha } from '../revision.ts';
import { stateInWords, triesInWords } from './words.ts';

/** What a rollback comes to. */
export type Decision = Omit<Unwritten<EventOf<'decided'>>, 'event'>;

/** An attempt went well: the last good one is back, or what was there before. */
export function wasRolledBack(journal: Journal, { about, verified }: Attempt): Decision {
  const { badRelease } = journal.begun;
  const to = about.revision;
  if (about.purpose === 'restore') {
    return {
      result: 'failed',
      message: `${triesInWords(progressOf(journal).attempts)}; so ${shortSha(badRelease)}, which was there before, is back`,
      remedy: UNFREEZE,
      to,
      passedOver: [],
    };
  }
  const proof = verified?.checks.length
    ? 'verified'
    : 'not verified: no strategy can tell what runs, and no verify input is set';
  return {
    result: 'rolled-back',
    message: `Rolled back from ${shortSha(badRelease)} to ${shortSha(to)}, ${proof}`,
    remedy: '',
    to,
    passedOver: [],
  };
}

const UNFREEZE = 'Repair the environment, then run mode: unfreeze.';

/** Nothing more is tried. */
export function stopped(journal: Journal, { inputs }: Context): Decision {
  const progress = progressOf(journal);
  const restore = progress.attempts.find(({ about }) => about.purpose === 'restore');
  const failure =
    restore === undefined
      ? inputs.onExhausted === 'stop'
        ? 'stopped, as on-exhausted says'
        : `what was there before cannot be put back (${progress.safety?.why || 'nothing was kept'})`
      : `putting back what was there before failed too (${restore.why})`;
  return {
    result: 'failed',
    message: `${triesInWords(progress.attempts)}; ${failure}; now ${stateInWords(progress)}`.slice(
      0,
      5_000,
    ),
    remedy: UNFREEZE,
    to: '',
    passedOver: [],
  };
}

/** Nobody can be brought back, and nothing was touched. */
export function noTarget(
  journal: Journal,
  passedOver: readonly PassedOver[],
  remedy: string,
): Decision {
  const [best] = passedOver.filter(({ why }) => why.startsWith('cannot'));
  const why =
    passedOver.length === 0
      ? 'the ledger and the snapshots know of no other release'
      : best === undefined
        ? `none of ${passedOver.length} releases qualifies`
        : `${shortSha(best.revision)} ${best.why}`;
  return {
    result: 'no-target',
    message: `There is nothing to roll ${shortSha(journal.begun.badRelease)} back to: ${why}; nothing was touched`,
    remedy: remedy || 'Take a snapshot before each deploy, and mark good releases.',
    to: '',
    passedOver: passedOver.slice(0, 500).map((one) => ({ ...one })),
  };
}

/** Somebody has deployed while we were at it. */
export function superseded(journal: Journal, { revision }: Entry): Decision {
  const progress = progressOf(journal);
  const isTouched = touchedBy(progress).size > 0;
  return {
    result: 'superseded',
    message: `${shortSha(revision)} has been deployed meanwhile; ${isTouched ? `before that, ${stateInWords(progress)}` : 'nothing was touched'}`,
    remedy: isTouched ? 'Make sure that the newer deploy has replaced all of it.' : '',
    to: revision,
    passedOver: [],
  };
}
