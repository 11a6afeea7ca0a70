import type { Clock } from '../process/clock.ts';
import type { Log } from './log.ts';
import type { RunInfo } from './run-info.ts';

/** What every action is handed besides its inputs. */
export interface ActionContext {
  readonly log: Log;
  readonly clock: Clock;
  /** Aborted on cancel; then about 7.5 s are left before the runner kills. */
  readonly signal: AbortSignal;
  readonly run: RunInfo;
  /** The folder that relative paths are seen from. */
  readonly workspace: string;
  /** Makes a value found on the way a secret: masked in the log, redacted everywhere else. */
  readonly mask: (secret: string) => void;
  /** Takes the secrets out of a text that goes elsewhere than into the outcome (an issue). */
  readonly redact: (text: string) => string;
  /** What `run` leaves for `post`, as texts by names; empty where nothing was left. */
  readonly state: State;
  /**
   * A variable of the environment, empty where it is not set: the settings of a tool whose place
   * an action takes (DOCKER_HOST). Settings of an action's own are inputs.
   */
  readonly variable: (name: string) => string;
}

export interface State {
  readonly read: (name: string) => string;
  readonly save: (name: string, value: string) => void;
}
