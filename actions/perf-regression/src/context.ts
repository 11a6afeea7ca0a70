import type { ActionContext } from '@repo/core/action/context';
import { traceExec } from '@repo/core/action/trace-exec';
import { exec } from '@repo/core/process/exec';
import { createGit, type Git } from '@repo/git/git';
import { readEventPayload } from '@repo/github/event-payload';
import { parseEvent, type TriggerEvent } from './event.ts';
import { openStore } from './history/history.ts';
import type { SeriesName } from './history/record.ts';
import type { HistoryStore } from './history/store.ts';
import type { Inputs } from './inputs.ts';

/** What a run works with; created once. */
export interface Context {
  readonly inputs: Inputs;
  /** Workspace, log, clock, signal and run information. */
  readonly action: ActionContext;
  readonly event: TriggerEvent;
  readonly series: SeriesName;
  /** The commit that was measured: the head of a pull request, not its merge commit. */
  readonly sha: string;
  /** `undefined` if this run has no history. */
  readonly store: HistoryStore | undefined;
  readonly git: Git;
}

/** @throws {ActionError} if the history cannot be reached */
export async function createContext(inputs: Inputs, action: ActionContext): Promise<Context> {
  const event = parseEvent(readEventPayload());
  return {
    inputs,
    action,
    event,
    // Numbers of different machines are not comparable, so each environment is its own series.
    series: {
      suite: inputs.suite,
      environment: inputs.environment || `${process.platform}-${process.arch}`,
    },
    sha: event.pullRequest?.headSha || action.run.sha,
    store: await openStore(inputs, action),
    git: createGit({
      cwd: action.workspace,
      exec: traceExec(exec, action.log.debug),
      signal: action.signal,
    }),
  };
}
