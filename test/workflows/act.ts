import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exec } from '@repo/core/process/exec';
import { engine, GO_BIN } from '../real/engine.ts';
import { type ActionsTree, makeActionsTree } from './actions-tree.ts';

/** What a run of a workflow came to. */
interface WorkflowRun {
  readonly succeeded: boolean;
  /** What became of each job, by its name; jobs that were skipped are absent. */
  readonly jobs: Readonly<Record<string, 'success' | 'failure'>>;
  /** What became of each step, `job › step`; steps that were skipped are absent. */
  readonly steps: Readonly<Record<string, 'success' | 'failure'>>;
  /** What all steps printed, and what the runner said. */
  readonly log: string;
  /** Outputs that steps set, `step.output`, the last one of that name. */
  readonly outputs: Readonly<Record<string, string>>;
  /** The names of the files in each uploaded artifact, by its name. */
  readonly artifacts: Readonly<Record<string, readonly string[]>>;
}

interface WorkflowOptions {
  /** The file of the workflow, below `.github/workflows`. */
  readonly workflow: string;
  /** `workflow_dispatch` unless told. */
  readonly event?: string;
  /** The payload of the event. */
  readonly payload?: object;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** The `vars` of the repository. */
  readonly variables?: Readonly<Record<string, string>>;
  /** A folder of programs that stand in for those of the machine. */
  readonly programs?: string;
  /** Folders with a stand-in for an action of others, by `owner/name`. */
  readonly standIns?: Readonly<Record<string, string>>;
}

/** A repository whose workflows are run by act on this machine, without containers. */
export interface Runner extends AsyncDisposable {
  /** The repository; each job works in a copy of it, which is gone afterwards. */
  readonly folder: string;
  /** The bare repository that jobs take for github.com's. */
  readonly remote: string;
  /** Writes files, commits and pushes them; the SHA. */
  readonly commit: (files: Readonly<Record<string, string>>) => Promise<string>;
  /** git in the repository; `fetch` first to see what jobs have pushed. */
  readonly git: (...args: readonly string[]) => string;
  readonly run: (options: WorkflowOptions) => Promise<WorkflowRun>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const standIns = join(root, 'test/workflows/stand-ins');
const GITHUB = 'https://github.com/octo-org/octo-repo.git';
/** Of a whole workflow, ms. */
const TIMEOUT_MS = 110_000;

/** The workflow runner. */
export const act = engine('act', 'go install github.com/nektos/act@v0.2.89', [GO_BIN]);

/**
 * Makes a repository of these files (contents by their paths), a commit for each map of them, that
 * uses our actions and workflows as `org/actions/…@v1`, from the bundles of this working tree.
 */
export async function startRunner(
  ...commits: readonly Readonly<Record<string, string>>[]
): Promise<Runner> {
  const base = await mkdtemp(join(tmpdir(), 'workflow-'));
  const [folder, remote] = [join(base, 'checkout'), join(base, 'remote.git')];
  const tree = await makeActionsTree(root, join(base, 'org-actions'));
  // What jobs take for github.com is a bare repository here.
  const gitConfig = [
    '[user]\n  name = Ann\n  email = ann@example.org',
    `[url "${remote}"]\n  insteadOf = ${GITHUB}`,
  ];
  await writeFile(join(base, '.gitconfig'), gitConfig.join('\n'));
  const env = { HOME: base, PATH: process.env.PATH ?? '', GIT_CONFIG_NOSYSTEM: '1' };
  const git = (...args: readonly string[]) =>
    execFileSync('git', args, { cwd: folder, env, encoding: 'utf8', stdio: 'pipe' }).trim();
  await mkdir(folder);
  git('init', '--quiet', '--initial-branch=main');
  git('init', '--quiet', '--bare', '--initial-branch=main', remote);
  git('remote', 'add', 'origin', GITHUB);
  const commit = async (files: Readonly<Record<string, string>>) => {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      const mode = path.endsWith('.sh') ? 0o755 : 0o644;
      await writeFile(join(folder, path), content, { mode });
    }
    git('add', '.');
    git('commit', '--quiet', '--message', Object.keys(files).join(', '));
    git('push', '--quiet', '--set-upstream', 'origin', 'main');
    return git('rev-parse', 'HEAD');
  };
  for (const files of commits) await commit(files);
  let runs = 0;
  return {
    folder,
    remote,
    commit,
    git,
    run: (options) =>
      runAct(options, { home: base, base: join(base, `run-${++runs}`), folder, tree }),
    [Symbol.asyncDispose]: () => rm(base, { recursive: true, force: true, maxRetries: 3 }),
  };
}

async function runAct(
  { workflow, event = 'workflow_dispatch', payload = {}, ...options }: WorkflowOptions,
  { home, base, folder, tree }: { home: string; base: string; folder: string; tree: ActionsTree },
): Promise<WorkflowRun> {
  const [eventFile, artifacts] = [join(base, 'event.json'), join(base, 'artifacts')];
  await mkdir(artifacts, { recursive: true });
  await writeFile(eventFile, JSON.stringify({ inputs: options.inputs, ...payload }));
  const pairs = (flag: string, values: Readonly<Record<string, string>> = {}) =>
    Object.entries(values).flatMap(([name, value]) => [flag, `${name}=${value}`]);
  const file = join(folder, '.github/workflows', workflow);
  const repositories = {
    'org/actions@v1': tree.folder,
    ...Object.fromEntries(
      Object.entries(options.standIns ?? {}).map(([name, path]) => [`${name}@v1`, path]),
    ),
    ...Object.fromEntries(
      [...tree.foreign, ...(await usedIn(file))].map((uses) => [
        uses,
        join(standIns, uses.replace(/@.*/, '')),
      ]),
    ),
  };
  const args = [
    event,
    ...['--workflows', file],
    ...['--directory', folder, '--json', '--eventpath', eventFile],
    ...['--platform', 'ubuntu-latest=-self-hosted', '--platform', 'self-hosted=-self-hosted'],
    ...['--action-offline-mode', '--no-cache-server', '--action-cache-path', join(base, 'cache')],
    ...pairs('--local-repository', repositories),
    ...pairs('--var', options.variables),
    ...pairs('--secret', { GITHUB_TOKEN: 'ghs_of_act', ...options.secrets }),
    ...pairs('--env', {
      STAND_IN_ARTIFACTS: artifacts,
      // act calls every run 1.
      GITHUB_RUN_ID: basename(base).replace(/\D/g, ''),
      ...options.env,
    }),
  ];
  const result = await exec({
    argv: [act.path ?? 'act', ...args],
    timeoutMs: TIMEOUT_MS,
    signal: new AbortController().signal,
    maxBytes: 64 * 1024 * 1024,
    // Its own home and nothing else: no settings of whoever runs the tests, no cache of theirs.
    withhold: () => true,
    env: {
      HOME: home,
      // Node 24 first, as runners have it.
      PATH: [options.programs, dirname(process.execPath), process.env.PATH]
        .filter((part) => part !== undefined)
        .join(delimiter),
    },
  });
  if (result.state === 'not-started') throw new Error(result.reason);
  return {
    ...readLog(`${result.stdout}\n${result.stderr}`),
    succeeded: result.state === 'exited' && result.exitCode === 0,
    artifacts: await filesIn(artifacts),
  };
}

/** What a workflow uses of GitHub's own actions. */
async function usedIn(file: string): Promise<readonly string[]> {
  const text = await readFile(file, 'utf8');
  return [...text.matchAll(/uses: (actions\/[\w-]+@\S+)/g)].map(([, uses = '']) => uses);
}

/** What act says in its lines of JSON. */
function readLog(text: string): Pick<WorkflowRun, 'jobs' | 'steps' | 'log' | 'outputs'> {
  const jobs: Record<string, 'success' | 'failure'> = {};
  const steps: Record<string, 'success' | 'failure'> = {};
  const outputs: Record<string, string> = {};
  const lines: string[] = [];
  for (const line of text.split('\n')) {
    const entry = parse(line);
    if (entry === undefined) {
      if (line.trim() !== '') lines.push(line);
      continue;
    }
    const { msg = '', jobID, jobResult, step, stepResult, stage } = entry;
    lines.push(`[${jobID ?? ''}] ${msg.trimEnd()}`);
    if (jobID !== undefined && isResult(jobResult)) jobs[jobID] = jobResult;
    if (stage === 'Main' && step !== undefined && isResult(stepResult)) {
      steps[`${jobID} › ${step}`] = stepResult;
    }
    if (entry.command === 'set-output' && entry.name !== undefined) {
      outputs[entry.name] = entry.arg ?? '';
    }
  }
  return { jobs, steps, outputs, log: lines.join('\n') };
}

interface Entry {
  readonly msg?: string;
  readonly jobID?: string;
  readonly jobResult?: string;
  readonly step?: string;
  readonly stage?: string;
  readonly stepResult?: string;
  readonly command?: string;
  readonly name?: string;
  readonly arg?: string;
}

function parse(line: string): Entry | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function isResult(value: string | undefined): value is 'success' | 'failure' {
  return value === 'success' || value === 'failure';
}

async function filesIn(folder: string): Promise<Readonly<Record<string, readonly string[]>>> {
  const names = await readdir(folder);
  return Object.fromEntries(
    await Promise.all(
      names.map(async (name) => [name, (await readdir(join(folder, name))).toSorted()] as const),
    ),
  );
}

/** A workflow of this repository, of an example or of the reusable ones, as it stands. */
export function workflowFile(path: string): Promise<string> {
  return readFile(join(root, path), 'utf8');
}
