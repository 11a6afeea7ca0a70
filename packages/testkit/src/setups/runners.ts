import { chmod, mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { RunnerKind } from '../runner/job-context.ts';
import { type RunActionOptions, type RunResult, runAction } from '../runner/run-action.ts';
import { type Preset, planJob } from './preset.ts';

/** The folders of one job. */
export interface JobMachine {
  readonly home: string;
  readonly workspace: string;
  readonly temp: string;
  readonly tools: string;
}

/** A job on a runner. Its steps share the machine. */
export interface Job extends JobMachine {
  /** Runs one step. The result is disposed with the runners. */
  readonly run: (
    step: Pick<RunActionOptions, 'action'> & Omit<Partial<RunActionOptions>, 'cwd' | 'launcher'>,
  ) => Promise<RunResult>;
  /** Ends the job: a hosted machine is destroyed with its disk. */
  readonly end: () => Promise<void>;
}

/** The runners of an organization. */
export interface Runners extends AsyncDisposable {
  /** Starts a job of a run, by default of the same repository. */
  readonly startJob: (github?: NonNullable<RunActionOptions['github']>) => Promise<Job>;
}

/**
 * Hosted runners: each job gets a new machine. Nothing of an earlier job is there, and nothing is
 * left afterwards.
 */
export function hostedRunners(...presets: readonly Preset[]): Promise<Runners> {
  return startRunners('github-hosted', presets);
}

/** One self-hosted runner: the home folder stays, and each repository has one workspace. */
export function selfHostedRunner(...presets: readonly Preset[]): Promise<Runners> {
  return startRunners('self-hosted', presets);
}

async function startRunners(runner: RunnerKind, presets: readonly Preset[]): Promise<Runners> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'runners-')));
  // Another user may run the jobs.
  await chmod(root, 0o755);
  const plan = planJob([(one) => ({ ...one, runner }), ...presets]);
  const launcher = plan.launchers.flat();
  const results: RunResult[] = [];
  let jobs = 0;
  const startJob: Runners['startJob'] = async (github = {}) => {
    const context = { ...plan.github, ...github };
    const machine = join(root, runner === 'self-hosted' ? 'machine' : `machine-${++jobs}`);
    const folders = layout(machine, context.repository ?? 'octo-org/octo-repo');
    // The runner empties its temporary folder before each job.
    await rm(folders.temp, { recursive: true, force: true });
    await Promise.all(Object.values(folders).map((folder) => mkdir(folder, { recursive: true })));
    return {
      ...folders,
      run: async (step) => {
        const result = await runAction({
          trackFiles: false,
          ...step,
          cwd: folders.workspace,
          temp: folders.temp,
          tools: folders.tools,
          runner: plan.runner,
          env: { HOME: folders.home, USERPROFILE: folders.home, ...plan.env, ...step.env },
          github: { ...context, ...step.github },
          ...(isLauncher(launcher) && { launcher }),
        });
        results.push(result);
        return result;
      },
      end: async () => {
        if (runner === 'github-hosted') {
          await rm(machine, { recursive: true, force: true, maxRetries: 3 });
        }
      },
    };
  };
  return {
    startJob,
    [Symbol.asyncDispose]: async () => {
      for (const result of results) await result[Symbol.asyncDispose]();
      await rm(root, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** The folders of a runner, as the runner lays them out. */
function layout(machine: string, repository: string): JobMachine {
  const name = basename(repository);
  return {
    home: join(machine, 'home', 'runner'),
    workspace: join(machine, 'work', name, name),
    temp: join(machine, 'work', '_temp'),
    tools: join(machine, 'work', '_tool'),
  };
}

function isLauncher(parts: readonly string[]): parts is readonly [string, ...string[]] {
  return parts.length > 0;
}
