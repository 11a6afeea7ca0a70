import { type Clock, systemClock } from '@repo/core/process/clock';
import { exec } from '@repo/core/process/exec';
import type { GitHub } from '@repo/github/github';
import type { Ports, Target } from '../strategies/strategy.ts';
import { RUN } from './github.ts';

/** The ports of a test. */
export function createPorts(given: {
  readonly workspace: string;
  readonly github?: () => Promise<GitHub>;
  readonly clock?: Clock;
  readonly variables?: Readonly<Record<string, string>>;
  readonly log?: string[];
}): Ports {
  const { workspace, clock = systemClock, variables = {}, log = [] } = given;
  return {
    workspace,
    clock,
    exec,
    run: RUN,
    signal: new AbortController().signal,
    mask: () => {},
    variable: (name) => variables[name] ?? '',
    log: {
      info: (text) => log.push(text),
      debug: () => {},
      group: (title, work) => {
        log.push(title);
        return work();
      },
    },
    github: given.github ?? (() => Promise.reject(new Error('GitHub is not available'))),
  };
}

export function testTarget(revision: string, badRelease: string): Target {
  return { revision, badRelease, deploymentId: undefined, rollbackId: 'rb-1', snapshot: undefined };
}
