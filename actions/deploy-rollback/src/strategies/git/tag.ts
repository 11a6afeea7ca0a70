import type { Target } from '../strategy.ts';
import { type Impossible, impossible, noCommit } from './branch-state.ts';
import type { Hosting, Tip } from './hosting.ts';
import { nothing, pointsTo, refusal, short, type Way } from './way.ts';

interface TagState {
  readonly kind: 'there';
  /** `undefined`: there is no such tag. */
  readonly tip: Tip | undefined;
}

/** Moves the tag that says what is deployed back to the good release; makes it where it is gone. */
export function tag(name: string): Way {
  const ref = `refs/tags/${name}`;

  const survey = async (
    { revision, badRelease }: Target,
    hosting: Hosting,
  ): Promise<TagState | Impossible> => {
    if ((await hosting.tree(revision)) === undefined) return noCommit(revision);
    const tip = await hosting.tip(ref);
    const isOurs =
      tip === undefined ||
      tip.commit === revision ||
      (await hosting.since(tip.commit, badRelease)) !== undefined;
    return isOurs
      ? { kind: 'there', tip }
      : impossible(
          `the tag ${name} is at ${tip.commit.slice(0, 7)}, which is newer than ${badRelease.slice(0, 7)} or has nothing to do with it`,
          'Deploy what is newer, or name the tag that says what is deployed.',
        );
  };

  return {
    title: `tag ${name}`,
    preflight: async (target, hosting) => {
      const state = await survey(target, hosting);
      if (state.kind === 'impossible') return state;
      if (state.tip?.commit === target.revision) {
        return nothing(`the tag ${name} is at ${short(target)}`);
      }
      const step = `sets the tag ${name} to ${short(target)} (${hosting.title})`;
      return { kind: 'ready', step, warnings: [] };
    },
    apply: async (target, hosting) => {
      const state = await survey(target, hosting);
      if (state.kind === 'impossible') throw refusal(state);
      const to = target.revision;
      const { tip } = state;
      const isDone =
        tip === undefined
          ? await hosting.create(ref, to)
          : tip.commit === to || (await hosting.replace(ref, { from: tip.object, to }));
      if (!isDone) {
        throw refusal({
          problem: `somebody has moved the tag ${name} just now`,
          remedy: 'See where it is, then try again.',
        });
      }
      return { done: `the tag ${name} is at ${short(target)}` };
    },
    identify: async (target, hosting) =>
      pointsTo(`the tag ${name}`, (await hosting.tip(ref))?.commit, target),
  };
}
