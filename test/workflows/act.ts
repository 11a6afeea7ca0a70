import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exec } from '@repo/core/process/exec';
import { engine, GO_BIN } from '../real/engine.ts';
import { type ActionsTree, createActionsTree, withoutNewKeys } from './actions-tree.ts';

/** The result of a workflow run. */
interface WorkflowRun {
  readonly succeeded: boolean;
  /** The result of each job that was not skipped, by name. */
  readonly jobs: Readonly<Record<string, 'success' | 'failure'>>;
  /** The result of each step that was not skipped, by `job › step`. */
  readonly steps: Readonly<Record<string, 'success' | 'failure'>>;
  /** The output of all steps and of the runner. */
  readonly log: string;
  /** The outputs of steps; the last value of each name. */
  readonly outputs: Readonly<Record<string, string>>;
  /** The file names of each uploaded artifact. */
  readonly artifacts: Readonly<Record<string, readonly string[]>>;
}

interface WorkflowOptions {
  /** The workflow file below `.github/workflows`. */
  readonly workflow: string;
  /** `workflow_dispatch` by default. */
  readonly event?: string;
  /** The payload of the event. */
  readonly payload?: object;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** The `vars` of the repository. */
  readonly variables?: Readonly<Record<string, string>>;
  /** A folder with fake programs, first on the PATH. */
  readonly programs?: string;
  /** Folders with fake third-party actions, by `owner/name`. */
  readonly standIns?: Readonly<Record<string, string>>;
  /** A command that starts act in another environment: `['unshare', '--net']`. */
  readonly launcher?: readonly string[];
}

/** A repository whose workflows run locally with act, without containers. */
export interface Runner extends AsyncDisposable {
  /** The repository; each job works in a temporary copy of it. */
  readonly folder: string;
  /** The bare repository that replaces github.com for jobs. */
  readonly remote: string;
  /** Writes, commits and pushes files, and returns the SHA. */
  readonly commit: (files: Readonly<Record<string, string>>) => Promise<string>;
  /** Runs git in the repository; `fetch` first to see pushes of jobs. */
  readonly git: (...args: readonly string[]) => string;
  readonly run: (options: WorkflowOptions) => Promise<WorkflowRun>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const standIns = join(root, 'test/workflows/stand-ins');
const GITHUB = 'https://github.com/octo-org/octo-repo.git';
/** The labels of runners; each is this machine. */
const LABELS = ['ubuntu-latest', 'ubuntu-24.04', 'ubuntu-24.04-arm', 'self-hosted'];
/** The timeout of a workflow. */
const TIMEOUT_MS = 110_000;

/** The workflow runner. */
export const act = engine('act', 'go install github.com/nektos/act@v0.2.89', [GO_BIN]);

/**
 * Creates a repository with one commit per map of files (contents by path). `org/actions/…@v1` refers
 * to the bundles and workflows of this working tree.
 */
export async function startRunner(
  ...commits: readonly Readonly<Record<string, string>>[]
): Promise<Runner> {
  const base = await mkdtemp(join(tmpdir(), 'workflow-'));
  const [folder, remote] = [join(base, 'checkout'), join(base, 'remote.git')];
  const tree = await createActionsTree(root, join(base, 'org-actions'));
  // A local bare repository replaces github.com.
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
      await writeFile(join(folder, path), withoutNewKeys(content), { mode });
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
      [...tree.thirdParty, ...(await findGitHubActions(file))].map((uses) => [
        uses,
        join(standIns, uses.replace(/@.*/, '')),
      ]),
    ),
  };
  const args = [
    event,
    ...['--workflows', file],
    ...['--directory', folder, '--json', '--eventpath', eventFile],
    ...LABELS.flatMap((label) => ['--platform', `${label}=-self-hosted`]),
    ...['--action-offline-mode', '--no-cache-server', '--action-cache-path', join(base, 'cache')],
    ...pairs('--local-repository', repositories),
    ...pairs('--var', options.variables),
    ...pairs('--secret', { GITHUB_TOKEN: 'ghs_of_act', ...options.secrets }),
    ...pairs('--env', {
      STAND_IN_ARTIFACTS: artifacts,
      // act uses the run ID 1 for every run.
      GITHUB_RUN_ID: basename(base).replace(/\D/g, ''),
      ...options.env,
    }),
  ];
  const [program = '', ...rest] = [...(options.launcher ?? []), act.path ?? 'act', ...args];
  const result = await exec({
    argv: [program, ...rest],
    timeoutMs: TIMEOUT_MS,
    signal: new AbortController().signal,
    maxBytes: 64 * 1024 * 1024,
    // A separate home folder, without the settings and caches of the user.
    withhold: () => true,
    env: {
      HOME: home,
      // Node 24 first, as on runners.
      PATH: [options.programs, dirname(process.execPath), process.env.PATH]
        .filter((part) => part !== undefined)
        .join(delimiter),
    },
  });
  if (result.state === 'not-started') throw new Error(result.reason);
  return {
    ...readLog(`${result.stdout}\n${result.stderr}`),
    succeeded: result.state === 'exited' && result.exitCode === 0,
    artifacts: await listFiles(artifacts),
  };
}

/** Finds the GitHub actions that a workflow uses. */
async function findGitHubActions(file: string): Promise<readonly string[]> {
  const text = await readFile(file, 'utf8');
  return [...text.matchAll(/uses: (actions\/[\w-]+@\S+)/g)].map(([, uses = '']) => uses);
}

/** Parses the JSON lines of act. */
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

interface LogEntry {
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

function parse(line: string): LogEntry | undefined {
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

async function listFiles(folder: string): Promise<Readonly<Record<string, readonly string[]>>> {
  const names = await readdir(folder);
  return Object.fromEntries(
    await Promise.all(
      names.map(async (name) => [name, (await readdir(join(folder, name))).toSorted()] as const),
    ),
  );
}

/** Reads a workflow file of this repository. */
export function workflowFile(path: string): Promise<string> {
  return readFile(join(root, path), 'utf8');
}
