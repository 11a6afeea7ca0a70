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
} from './job-context.ts';
import { createMasker, type Masker } from './masking.ts';
import {
  endLeftovers,
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
  /** The folder that holds `action.yml`. */
  readonly action: string;
  /** The step's `with:`. */
  readonly with?: Readonly<Record<string, string>>;
  /** The job's and the step's `env:`. Cannot set what the runner sets (`github` is for that). */
  readonly env?: Readonly<Record<string, string>>;
  readonly github?: Partial<GitHubContext>;
  /** Secrets of the job: masked from the start, as `github.token` is. */
  readonly secrets?: readonly string[];
  /** The workspace; by default a fresh empty folder. */
  readonly cwd?: string;
  /** RUNNER_DEBUG. */
  readonly debug?: boolean;
  /** The step's `timeout-minutes`, in milliseconds; 60 000 by default. */
  readonly timeoutMs?: number;
  /**
   * The steps of the job between main and post: what they do, and how they make the job stand, as
   * `job.status` tells it to post.
   */
  readonly laterSteps?: (main: StageResult) => JobStatus | Promise<JobStatus>;
  /** Cancels the job while main runs. */
  readonly cancel?: Cancel;
  readonly patience?: StopPatience;
  /** Measures CPU and memory, with a preload module that the real runner does not have. */
  readonly measure?: boolean;
  /** False: do not look for written files (for a workspace that is large). */
  readonly trackFiles?: boolean;
  /** A program, with its arguments, that starts the action's Node: `['unshare', '--net']`. */
  readonly launcher?: readonly [string, ...string[]];
  /** The command files of a stage before it starts, to put something else in their place. */
  readonly onCommandFiles?: (files: CommandFiles) => Promise<void>;
  /** Each masked line of the log as it appears. */
  readonly onLine?: (line: string) => void;
}

/** What one stage (main or post) of an action did, as the runner sees it. */
export interface StageResult
  extends Omit<StepFacts, 'outputs' | 'state' | 'log' | 'commandFailed'>,
    Omit<NodeProcessResult, 'pid'> {
  readonly outcome: JobStatus;
  readonly outputs: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly paths: readonly string[];
  readonly state: Readonly<Record<string, string>>;
  /** The job summary, masked; empty when it was too large. */
  readonly summary: string;
  /** The masked log; `stdout` and `stderr` are raw. */
  readonly log: string;
  /** The command files as the action wrote them, unmasked. */
  readonly commandFiles: Readonly<Record<keyof CommandFiles, string>>;
  /** Absolute paths of the files written below RUNNER_TEMP and the workspace. */
  readonly files: readonly string[];
}

/** The result of main, with that of post beside it. Disposing removes the temporary folders. */
export interface RunResult extends StageResult, AsyncDisposable {
  readonly post?: StageResult;
  readonly workspace: string;
  /** RUNNER_TEMP. */
  readonly temp: string;
}

/**
 * Runs a built JavaScript action as GitHub's runner runs it: main, then post, in a clean
 * environment, and reads what they printed and wrote as the runner reads it. The folders stay
 * until the result is disposed (`await using run = await runAction(…)`).
 *
 * Throws for what the runner could not even start: no or a bad `action.yml`, a composite action,
 * a default with an unknown expression, a Node that is not 24. A failing action does not throw.
 */
export async function runAction(options: RunActionOptions): Promise<RunResult> {
  const manifest = await readActionManifest(options.action);
  const runs = nodeRuns(manifest);
  const root = await realpath(await mkdtemp(join(tmpdir(), 'action-')));
  const folders = {
    workspace: options.cwd ?? join(root, 'workspace'),
    temp: join(root, 'temp'),
    tools: join(root, 'tools'),
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
    for (const pid of job.pids) endLeftovers(pid);
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
  /** How the job stands when the stage begins. */
  readonly status: JobStatus;
  readonly cancel?: Cancel;
  /** What earlier stages left: `STATE_*`, GITHUB_ENV and GITHUB_PATH. */
  readonly environment?: Readonly<Record<string, string>>;
}

async function prepareJob(
  options: RunActionOptions,
  manifest: ActionManifest,
  folders: JobFolders,
): Promise<Job> {
  const context = await createJobContext(options.github ?? {}, folders, options.debug ?? false);
  const reserved = Object.keys(options.env ?? {}).find((name) => name in context.variables);
  if (reserved !== undefined) {
    throw new Error(`env.${reserved}: the runner sets it itself; give it through github: { … }`);
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

/** The runner reads the inputs anew for each stage: `job.status` is not the same for post. */
function inputsOf({ options, manifest, context }: Job, status: JobStatus) {
  const { github, runner, job } = context;
  // `env` is not among them: GitHub refuses it in a default.
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
  const inputs = inputsOf(job, stage.status);
  // The runner says it once.
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
  // Nobody cancels a job a second time.
  return runStage(job, { script: runs.post, status, environment });
}

function nodeRuns({ runs, folder }: ActionManifest): NodeRuns {
  if (runs.kind !== 'node') throw new Error(`${folder}: only JavaScript actions run here`);
  if (runs.using !== 'node24')
    throw new Error(`${folder}: runs.using is ${runs.using}, not node24`);
  if (runs.pre !== undefined) throw new Error(`${folder}: a "pre" script is not imitated here`);
  return runs;
}
