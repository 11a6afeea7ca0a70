import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type ActionManifest, type ActionRuns, readActionManifest } from './action-manifest.ts';
import { evaluateCondition, type JobStatus } from './expressions.ts';
import { changedFiles, snapshotFiles } from './file-changes.ts';
import { applyFileCommands, type CommandFiles, createCommandFiles } from './file-commands.ts';
import {
  createJobContext,
  type GitHubContext,
  inheritedVariables,
  type JobContext,
  type JobFolders,
  type RunnerKind,
} from './job-context.ts';
import { createMasker, type Masker } from './masking.ts';
import {
  killLeftovers,
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

/** The results of main and post. Disposing removes the temporary folders. */
export interface RunResult extends StageResult, AsyncDisposable {
  readonly post?: StageResult;
  readonly workspace: string;
  /** RUNNER_TEMP. */
  readonly temp: string;
}

/**
 * Runs a built JavaScript action like GitHub's runner: main, then post, in a clean environment.
 * Reads their output and files like the runner. The folders exist until the result is disposed
 * (`await using run = await runAction(…)`).
 *
 * Throws if the action cannot start: a missing or invalid `action.yml`, a composite action, a default
 * with an unknown expression, a Node other than 24. Does not throw if the action fails.
 */
export async function runAction(options: RunActionOptions): Promise<RunResult> {
  const manifest = await readActionManifest(options.action);
  const runs = requireNodeAction(manifest);
  const root = await realpath(await mkdtemp(join(tmpdir(), 'action-')));
  const folders = {
    workspace: options.cwd ?? join(root, 'workspace'),
    temp: options.temp ?? join(root, 'temp'),
    tools: options.tools ?? join(root, 'tools'),
  };
  const removeRoot = () => rm(root, { recursive: true, force: true, maxRetries: 3 });
  try {
    await Promise.all(Object.values(folders).map((folder) => mkdir(folder, { recursive: true })));
    const job = await prepareJob(options, manifest, folders);
    const main = await runStage(job, {
      script: runs.main,
      status: 'success',
      ...(options.cancel && { cancel: options.cancel }),
    });
    const post = await runPost(job, runs, main);
    for (const pid of job.pids) killLeftovers(pid);
    return {
      ...main,
      ...(post && { post }),
      workspace: folders.workspace,
      temp: folders.temp,
      [Symbol.asyncDispose]: removeRoot,
    };
  } catch (error) {
    await removeRoot();
    throw error;
  }
}

interface Job {
  readonly options: RunActionOptions;
  readonly manifest: ActionManifest;
  readonly context: JobContext;
  readonly folders: JobFolders;
  readonly environment: Readonly<Record<string, string>>;
  readonly masker: Masker;
  readonly pids: number[];
}

interface Stage {
  readonly script: string;
  /** The job status at the start of the stage. */
  readonly status: JobStatus;
  readonly cancel?: Cancel;
  /** The variables of earlier stages: `STATE_*`, GITHUB_ENV and GITHUB_PATH. */
  readonly environment?: Readonly<Record<string, string>>;
}

async function prepareJob(
  options: RunActionOptions,
  manifest: ActionManifest,
  folders: JobFolders,
): Promise<Job> {
  const context = await createJobContext(options.github ?? {}, folders, {
    debug: options.debug ?? false,
    environment: options.runner ?? 'github-hosted',
  });
  const reserved = Object.keys(options.env ?? {}).find((name) => name in context.variables);
  if (reserved !== undefined) {
    throw new Error(`env.${reserved} is set by the runner. Use github: { … } instead.`);
  }
  return {
    options,
    manifest,
    context,
    folders,
    environment: { ...inheritedVariables(), ...options.env },
    masker: createMasker([String(context.github.token), ...(options.secrets ?? [])]),
    pids: [],
  };
}

/** Resolves the inputs for each stage, because `job.status` differs for post. */
function readInputs({ options, manifest, context }: Job, status: JobStatus) {
  const { github, runner, job } = context;
  // Without `env`, which GitHub rejects in a default.
  const contexts = { github, runner, job: { ...job, status }, strategy: {}, matrix: {} };
  return resolveInputs(options.with ?? {}, manifest.inputs, contexts);
}

async function runStage(job: Job, stage: Stage): Promise<StageResult> {
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

type NodeRuns = Extract<ActionRuns, { kind: 'node' }>;

async function runPost(
  job: Job,
  runs: NodeRuns,
  main: StageResult,
): Promise<StageResult | undefined> {
  if (runs.post === undefined) return undefined;
  const later = (await job.options.laterSteps?.(main)) ?? 'success';
  const status = later === 'success' ? main.outcome : later;
  if (!evaluateCondition(runs.postIf, status)) return undefined;
  const state = Object.entries(main.state).map(([name, value]) => [`STATE_${name}`, value]);
  const path = [...main.paths].reverse().concat(main.env.PATH ?? job.environment.PATH ?? '');
  const environment = { ...main.env, PATH: path.join(delimiter), ...Object.fromEntries(state) };
  // A job cannot be cancelled a second time.
  return runStage(job, { script: runs.post, status, environment });
}

function requireNodeAction({ runs, folder }: ActionManifest): NodeRuns {
  if (runs.kind !== 'node') throw new Error(`${folder}: only JavaScript actions are supported`);
  if (runs.using !== 'node24')
    throw new Error(`${folder}: runs.using is ${runs.using}, not node24`);
  if (runs.pre !== undefined) throw new Error(`${folder}: "pre" scripts are not supported`);
  return runs;
}
