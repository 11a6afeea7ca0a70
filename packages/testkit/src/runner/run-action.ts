import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type ActionManifest, type ActionRuns, readActionManifest } from './action-manifest.ts';
import { evaluateCondition } from './expressions.ts';
import { createJobContext, inheritedVariables, type JobFolders } from './job-context.ts';
import { createMasker } from './masking.ts';
import { killLeftovers } from './node-process.ts';
import { type Job, type RunActionOptions, runStage, type StageResult } from './run-stage.ts';

export type { RunActionOptions, StageResult } from './run-stage.ts';

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
