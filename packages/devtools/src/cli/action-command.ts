import { access, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type ActionManifest, readActionManifest } from '@repo/testkit/runner/action-manifest';
import { createMasker } from '@repo/testkit/runner/masking';
import { type RunResult, runAction } from '@repo/testkit/runner/run-action';
import { actionFolders } from '../readme/generate.ts';
import { renderMarkdown, type TerminalOptions } from '../terminal/markdown.ts';
import { displayWidth } from '../terminal/spans.ts';
import { checkAction, checkInputs, type InputValue, parseArguments } from './action-arguments.ts';
import { formatHelp } from './help.ts';
import { createLiveLog } from './live-log.ts';
import { localEnvironment, localGitHub } from './local-github.ts';

// The time limit of a job on GitHub.
const SIX_HOURS_MS = 6 * 60 * 60 * 1_000;

/** The environment of the command. */
export interface ActionCommand {
  /** The repository with the `actions/` folder. */
  readonly root: string;
  readonly argv: readonly string[];
  /** The current folder, used as the workspace. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly terminal: TerminalOptions;
  readonly write: (text: string) => void;
  /** Aborted by Ctrl-C; cancels the action as the runner does. */
  readonly interrupted: AbortSignal;
}

/** Runs `pnpm action` and returns the exit code. */
export async function actionCommand(command: ActionCommand): Promise<number> {
  const { root, argv, terminal, write } = command;
  const args = parseArguments(argv);
  const reject = (message: string): number => {
    write(`${message}\n`);
    return 2;
  };
  if (args.kind === 'invalid') return reject(args.message);
  const folders = await actionFolders(root);
  const nameProblem = args.name === undefined ? undefined : checkAction(args.name, folders);
  if (nameProblem !== undefined) return reject(nameProblem);
  if (args.kind === 'help') {
    const shown = folders.filter((folder) => args.name === undefined || folder === args.name);
    const read = async (folder: string) => ({
      folder,
      manifest: await readActionManifest(join(root, 'actions', folder)),
    });
    write(formatHelp(await Promise.all(shown.map(read)), terminal));
    return 0;
  }
  const manifest = await readActionManifest(join(root, 'actions', args.name));
  const problem = checkInputs(args.values, manifest) ?? (await checkRunnable(manifest));
  if (problem !== undefined) return reject(problem);
  const inputs = await readValues(args.values, command.cwd);
  if (typeof inputs === 'string') return reject(inputs);
  return run(command, manifest, inputs, args.debug || requestsDebug(command.env));
}

async function run(
  { cwd, env, terminal, write, interrupted }: ActionCommand,
  manifest: ActionManifest,
  inputs: Readonly<Record<string, string>>,
  debug: boolean,
): Promise<number> {
  const log = createLiveLog(terminal.ansi);
  const github = localGitHub(env, cwd);
  // Not disposed, because its temporary folder contains the report.
  const result = await runAction({
    action: manifest.folder,
    with: inputs,
    env: localEnvironment(env),
    github,
    cwd,
    debug,
    timeoutMs: SIX_HOURS_MS,
    cancel: { signal: interrupted },
    trackFiles: false,
    onLine: (line) => write(log(line)),
  });
  const { mask } = createMasker([github.token ?? '', ...result.masks]);
  write(mask(formatResult(result, cwd, terminal)));
  const failed = [result, result.post].find((stage) => stage && stage.outcome !== 'success');
  return failed === undefined ? 0 : failed.exitCode || 1;
}

/** Whether the environment enables the debug log, as on a runner. */
function requestsDebug(env: ActionCommand['env']): boolean {
  return env.RUNNER_DEBUG === '1' || env.ACTIONS_STEP_DEBUG === 'true';
}

/** Formats the summary, the outputs and the path of the report. */
function formatResult(result: RunResult, cwd: string, terminal: TerminalOptions): string {
  const summary = [result.summary, result.post?.summary].filter(Boolean).join('\n');
  const report = result.outputs['report-file'];
  return [
    ...(summary === '' ? [] : [renderMarkdown(summary, terminal)]),
    ...formatOutputs(result.outputs, terminal.columns),
    ...(report ? ['', `Report: ${resolve(cwd, report)}`] : []),
    '',
  ]
    .join('\n')
    .replace(/^/, '\n');
}

function formatOutputs(outputs: Readonly<Record<string, string>>, columns: number) {
  const names = Object.keys(outputs);
  const nameWidth = Math.max(0, ...names.map(displayWidth));
  return Object.entries(outputs).map(([name, value]) => {
    const width = Math.max(20, columns - nameWidth - 2);
    const [first = '', ...rest] = value.split('\n');
    const cut = rest.length > 0 || first.length > width;
    return `${name.padEnd(nameWidth)}  ${cut ? `${first.slice(0, width - 1)}…` : first}`;
  });
}

async function checkRunnable({ runs, folder }: ActionManifest): Promise<string | undefined> {
  if (runs.kind === 'composite') {
    return `${folder} is a composite action. Only a workflow runner can run it.`;
  }
  const script = join(folder, runs.main);
  return access(script).then(
    () => undefined,
    () => `${script} is missing. Run "pnpm build".`,
  );
}

/** Reads the values of inputs, or returns the error message for a file. */
async function readValues(
  values: readonly InputValue[],
  cwd: string,
): Promise<Readonly<Record<string, string>> | string> {
  const inputs: Record<string, string> = {};
  for (const value of values) {
    if ('text' in value) {
      inputs[value.key] = value.text;
      continue;
    }
    const path = resolve(cwd, value.file);
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text === undefined) return `${value.key}: the file ${path} cannot be read.`;
    inputs[value.key] = text;
  }
  return inputs;
}
