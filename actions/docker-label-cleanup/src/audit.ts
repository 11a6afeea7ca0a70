import type { Result } from './carry-out.ts';
import type { Decision, Fate } from './plan.ts';
import { type Kind, keyOf } from './subject.ts';

export const OUTCOMES = [
  'removed',
  'planned',
  'failed',
  'in-use',
  'changed',
  'too-young',
  'running',
  'spared',
  'gone',
  'kept',
  'protected',
  'unselected',
] as const;
export type OutcomeKind = (typeof OUTCOMES)[number];

/** One object that was looked at, and what became of it. */
export interface Entry {
  readonly kind: Kind;
  readonly id: string;
  readonly name: string;
  readonly outcome: OutcomeKind;
  /** The rule, user or error because of which. */
  readonly why: string;
  /** Of an image, with layers that it may share. */
  readonly bytes: number;
  /** ISO 8601; left out where nobody knows. */
  readonly born?: string;
}

/** What was decided about everything, with what became of it; without results, it is only planned. */
export function auditOf(
  decisions: readonly Decision[],
  results: ReadonlyMap<string, Result> | undefined,
): readonly Entry[] {
  return decisions.map(({ subject, fate }) => {
    const { kind, id, name, bytes, bornMs } = subject;
    return {
      kind,
      id,
      name,
      ...told(fate, results?.get(keyOf(subject))),
      bytes,
      ...(bornMs !== undefined && { born: new Date(bornMs).toISOString() }),
    };
  });
}

function told(fate: Fate, result: Result | undefined): Pick<Entry, 'outcome' | 'why'> {
  if (fate.kind !== 'remove') return { outcome: fate.kind, why: whyOf(fate) };
  if (!result) return { outcome: 'planned', why: fate.rule };
  switch (result.kind) {
    case 'removed':
      return { outcome: 'removed', why: fate.rule };
    case 'gone':
      return { outcome: 'gone', why: 'somebody else removed it' };
    default:
      return { outcome: result.kind, why: whyOf(result) };
  }
}

function whyOf(given: Fate | Result): string {
  if ('rule' in given) return given.rule;
  if ('by' in given) return given.by;
  if ('what' in given) return given.what;
  if ('why' in given) return given.why;
  return given.kind === 'running' ? 'it is running' : 'no group of labels matches';
}

/** What was selected and is still there, though no rule keeps it. */
const LEFT: ReadonlySet<OutcomeKind> = new Set([
  'failed',
  'in-use',
  'changed',
  'too-young',
  'running',
]);

export function isLeftover({ outcome }: Entry): boolean {
  return LEFT.has(outcome);
}
