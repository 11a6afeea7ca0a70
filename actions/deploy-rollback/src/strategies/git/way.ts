import { ActionError } from '@repo/core/errors/action-error';
import type { Applied, Identity, Ports, Preflight, Target } from '../strategy.ts';
import type { Impossible } from './branch-state.ts';
import type { Hosting } from './hosting.ts';

/** How a release is brought back to a repository. */
export interface Way {
  /** For people, after `git`: `restore-commit main`. */
  readonly title: string;
  readonly preflight: (target: Target, hosting: Hosting) => Promise<Preflight>;
  readonly apply: (target: Target, hosting: Hosting, ports: Ports) => Promise<Applied>;
  readonly identify?: (target: Target, hosting: Hosting) => Promise<Identity>;
}

/** What preflight did not see, because it came after. */
export function refusal({ problem, remedy }: Omit<Impossible, 'kind'>): ActionError {
  return new ActionError(problem, { remedy });
}

export function nothing(why: string): Preflight {
  return { kind: 'ready', step: `nothing: ${why}`, warnings: [] };
}

export function short({ revision }: Target): string {
  return revision.slice(0, 7);
}

/** Whether a branch or tag points to the release. */
export function pointsTo(name: string, found: string | undefined, target: Target): Identity {
  return found === target.revision
    ? { kind: 'same', found: `${name} is at ${short(target)}` }
    : { kind: 'other', found: found ?? 'nothing', expected: target.revision };
}
