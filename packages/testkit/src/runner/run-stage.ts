import { join } from 'node:path';
import type { ActionManifest } from './action-manifest.ts';
import type { JobStatus } from './expressions.ts';
import { changedFiles, snapshotFiles } from './file-changes.ts';
import { applyFileCommands, type CommandFiles, createCommandFiles } from './file-commands.ts';
import type { GitHubContext, JobContext, JobFolders, RunnerKind } from './job-context.ts';
import type { Masker } from './masking.ts';
import {
  type NodeProcessResult,
  RUNNER_PATIENCE,
  runNode,
  type StopPatience,
} from './node-process.ts';
import type { StepFacts, StepLog } from './step-facts.ts';
import { resolveInputs } from './step-inputs.ts';
import { createStepLog } from './step-log.ts';
import { type Cancel, type StopReason, watchForStop } from './stop-watch.ts';

const DEFAULT_TIMEOUT_MS = 60_000;

export interface RunActionOptions {
  /** The folder with `action.yml`. */
  readonly action: string;
  /** The `with:` of the step. */
  readonly with?: Readonly<Record<string, string>>;
  /** The `env:` of the job and the step. Use `github` for the variables of the runner. */
  readonly env?: Readonly<Record<string, string>>;
  readonly github?: Partial<GitHubContext>;
  /** Secrets of the job, masked like `github.token`. */
  readonly secrets?: readonly string[];
  /** The workspace; by default a new empty folder. */
  readonly cwd?: string;
  /** RUNNER_TEMP; by default a new empty folder. */
  readonly temp?: string;
  /** RUNNER_TOOL_CACHE; by default a new empty folder. */
  readonly tools?: string;
  /** RUNNER_ENVIRONMENT; `github-hosted` by default. */
  readonly runner?: RunnerKind;
  /** RUNNER_DEBUG. */
  readonly debug?: boolean;
  /** The `timeout-minutes` of the step, in milliseconds; 60,000 by default. */
  readonly timeoutMs?: number;
  /**
   * Runs the steps of the job between main and post, and returns the job status that post reads as
   * `job.status`.
   */
  readonly laterSteps?: (main: StageResult) => JobStatus | Promise<JobStatus>;
  /** Cancels the job while main is running. */
  readonly cancel?: Cancel;
  readonly patience?: StopPatience;
  /** Measures CPU and memory with a preload module. */
  readonly measure?: boolean;
  /** `false` does not track written files (for large workspaces). */
  readonly trackFiles?: boolean;
  /** A command that starts the Node of the action: `['unshare', '--net']`. */
  readonly launcher?: readonly [string, ...string[]];
  /** Called with the command files before a stage starts, to replace them. */
  readonly onCommandFiles?: (files: CommandFiles) => Promise<void>;
  /** Called with each masked line of the log. */
  readonly onLine?: (line: string) => void;
}

/** The result of one stage (main or post) of an action, as the runner sees it. */
export interface StageResult
  extends Omit<StepFacts, 'outputs' | 'state' | 'log' | 'commandFailed'>,
    Omit<NodeProcessResult, 'pid'> {
  readonly outcome: JobStatus;
  readonly outputs: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly paths: readonly string[];
  readonly state: Readonly<Record<string, string>>;
  /** The job summary, masked; empty if it was too large. */
  readonly summary: string;
  /** The masked log; `stdout` and `stderr` are raw. */
  readonly log: string;
  /** The contents of the command files, unmasked. */
  readonly commandFiles: Readonly<Record<keyof CommandFiles, string>>;
  /** Absolute paths of the files written below RUNNER_TEMP and the workspace. */
  readonly files: readonly string[];
}

/** What the stages of a job share. */
export interface Job {
  readonly options: RunActionOptions;
  readonly manifest: ActionManifest;
  readonly context: JobContext;
  readonly folders: JobFolders;
  readonly environment: Readonly<Record<string, string>>;
  readonly masker: Masker;
  readonly pids: number[];
}

/** A script of the action, and when it runs. */
export interface Stage {
  readonly script: string;
  /** The job status at the start of the stage. */
  readonly status: JobStatus;
  readonly cancel?: Cancel;
  /** The variables of earlier stages: `STATE_*`, GITHUB_ENV and GITHUB_PATH. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Resolves the inputs for each stage, because `job.status` differs for post. */
function readInputs({ options, manifest, context }: Job, status: JobStatus) {
  const { github, runner, job } = context;
  // Without `env`, which GitHub rejects in a default.
  const contexts = { github, runner, job: { ...job, status }, strategy: {}, matrix: {} };
  return resolveInputs(options.with ?? {}, manifest.inputs, contexts);
}

/** Runs main or post like the runner: command files, inputs, process, log, outcome. */
export async function runStage(job: Job, stage: Stage): Promise<StageResult> {
  const { options, folders } = job;
  const tracked = options.trackFiles === false ? [] : [folders.temp, folders.workspace];
  const before = await snapshotFiles(tracked);
  const files = await createCommandFiles(folders.temp);
  await options.onCommandFiles?.(files);
  const watch = watchForStop(options.timeoutMs ?? DEFAULT_TIMEOUT_MS, stage.cancel);
  const step = createStepLog({
    masker: job.masker,
    workspace: folders.workspace,
    debug: options.debug ?? false,
    onLine(line) {
      watch.onLine(line);
      options.onLine?.(line);
    },
  });
  const inputs = readInputs(job, stage.status);
  // The runner prints warnings only for main.
  for (const warning of stage.environment ? [] : inputs.warnings) {
    step.runnerSays('warning', warning);
  }
  const { pid, ...ended } = await runNode({
    script: join(options.action, stage.script),
    cwd: folders.workspace,
    env: {
      ...job.environment,
      ...stage.environment,
      ...inputs.variables,
      ...job.context.variables,
      ...Object.fromEntries(
        Object.entries(files).map(([name, file]) => [`GITHUB_${name.toUpperCase()}`, file]),
      ),
    },
    onLine: step.accept,
    stop: watch.signal,
    patience: options.patience ?? RUNNER_PATIENCE,
    ...(options.launcher && { launcher: options.launcher }),
    ...(options.measure && { measureInto: `${files.output}.usage` }),
  }).finally(watch.dispose);
  job.pids.push(pid);
  const effects = await applyFileCommands(files, step);
  const outcome = judge(ended.exitCode, watch.reason(), step);
  const { outputs, state, log, commandFailed: _, ...facts } = step.facts;
  return {
    ...ended,
    ...facts,
    ...effects,
    outcome,
    outputs: Object.fromEntries(outputs),
    state: Object.fromEntries(state),
    log: log.join('\n'),
    files: changedFiles(before, await snapshotFiles(tracked)),
  };
}

function judge(exitCode: number, stopped: StopReason | undefined, step: StepLog): JobStatus {
  if (stopped === 'cancelled') return 'cancelled';
  if (stopped === 'timed out') step.runnerSays('error', 'The action has timed out.');
  const failed = stopped !== undefined || exitCode !== 0 || step.facts.commandFailed;
  return failed ? 'failure' : 'success';
}
