import type { RunnerKind } from '../runner/job-context.ts';
import type { RunActionOptions } from '../runner/run-action.ts';

/** A command that starts a process in another environment and ends with `exec`. */
export type Launcher = readonly [string, ...string[]];

/** What a preset can change of a job. */
export interface JobPlan {
  /** Outermost first: each starts the next one, the last one starts Node. */
  readonly launchers: readonly Launcher[];
  readonly env: Readonly<Record<string, string>>;
  readonly github: NonNullable<RunActionOptions['github']>;
  /** RUNNER_ENVIRONMENT. */
  readonly runner: RunnerKind;
}

/** One property of the setup of a user. Presets compose: each changes the plan of the previous one. */
export type Preset = (plan: JobPlan) => JobPlan;

const PLAIN: JobPlan = { launchers: [], env: {}, github: {}, runner: 'github-hosted' };

/** Applies presets in order. */
export function planJob(presets: readonly Preset[]): JobPlan {
  return presets.reduce((plan, preset) => preset(plan), PLAIN);
}

/** A preset that starts the action with this command. */
export function startedBy(...launcher: Launcher): Preset {
  return (plan) => ({ ...plan, launchers: [...plan.launchers, launcher] });
}

/** A preset with variables of the runner's machine. */
export function withVariables(env: Readonly<Record<string, string>>): Preset {
  return (plan) => ({ ...plan, env: { ...plan.env, ...env } });
}

/** A preset with values of the `github` context. */
export function withContext(github: JobPlan['github']): Preset {
  return (plan) => ({ ...plan, github: { ...plan.github, ...github } });
}
