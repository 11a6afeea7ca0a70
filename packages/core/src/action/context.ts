import type { Clock } from '../process/clock.ts';
import type { Log } from './log.ts';
import type { RunInfo } from './run-info.ts';

/** What an action receives besides its inputs. */
export interface ActionContext {
  readonly log: Log;
  readonly clock: Clock;
  /** Aborted on cancellation. The runner kills the process about 7.5 s later. */
  readonly signal: AbortSignal;
  readonly run: RunInfo;
  /** Relative paths are relative to this folder. */
  readonly workspace: string;
  /** Registers a secret: it is masked in the log and redacted everywhere else. */
  readonly mask: (secret: string) => void;
  /** Removes secrets from text that does not go through the outcome, such as the body of an issue. */
  readonly redact: (text: string) => string;
  /** Values that `run` saves for `post`; empty if nothing was saved. */
  readonly state: State;
  /**
   * Reads an environment variable; empty if it is not set. For the settings of a tool that the action
   * replaces (DOCKER_HOST); the action's own settings are inputs.
   */
  readonly variable: (name: string) => string;
}

export interface State {
  readonly read: (name: string) => string;
  readonly save: (name: string, value: string) => void;
}
