import { ActionError } from '@repo/core/errors/action-error';
import type {
  Applied,
  Identity,
  ImpossiblePreflight,
  Ports,
  Preflight,
  Target,
} from '../strategy.ts';
import type { GitRepository } from './git-repository.ts';

/** A `mode` of the strategy. */
export interface GitMode {
  /** The title after `git`: `restore-commit main`. */
  readonly title: string;
  readonly preflight: (target: Target, repository: GitRepository) => Promise<Preflight>;
  readonly apply: (target: Target, repository: GitRepository, ports: Ports) => Promise<Applied>;
  readonly identify?: (target: Target, repository: GitRepository) => Promise<Identity>;
}

/** The error for a problem that occurred after the preflight. */
export function toError({ problem, remedy }: Omit<ImpossiblePreflight, 'kind'>): ActionError {
  return new ActionError(problem, { remedy });
}

export function createNothingToDo(reason: string): Preflight {
  return { kind: 'ready', step: `nothing to do: ${reason}`, warnings: [] };
}

export function shortRevision({ revision }: Target): string {
  return revision.slice(0, 7);
}

/** Compares the commit of a branch or tag with the release. */
export function identifyRef(name: string, found: string | undefined, target: Target): Identity {
  return found === target.revision
    ? { kind: 'same', found: `${name} is at ${shortRevision(target)}` }
    : { kind: 'other', found: found ?? 'nothing', expected: target.revision };
}
