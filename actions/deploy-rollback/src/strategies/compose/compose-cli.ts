import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { ActionError } from '@repo/core/errors/action-error';
import { isActionVariable } from '@repo/core/process/action-variables';
import { plain } from '@repo/core/text/untrusted';
import type { Argv } from '../argv.ts';
import { withHeartbeat } from '../heartbeat.ts';
import { describeFailure, logOutput } from '../program-output.ts';
import type { Ports } from '../strategy.ts';

/** The installed compose command, for one project. */
export interface ComposeCli {
  /** Returns its output. @throws ActionError if it fails */
  readonly run: (args: readonly string[], show?: boolean) => Promise<string>;
  /** Version 1 does not support some options. */
  readonly isV1: boolean;
}

/** As a plugin of the docker CLI, or standalone. */
const COMMANDS: readonly Argv[] = [['docker', 'compose'], ['docker-compose']];

/** The first existing file, and its override, are the defaults of compose. */
const DEFAULT_FILES = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];

export interface ProjectOptions {
  readonly files: readonly string[];
  readonly project: string | undefined;
  readonly host: string | undefined;
  readonly timeoutMs: number;
}

/** @throws ActionError if compose is not installed */
export async function findComposeCli(options: ProjectOptions, ports: Ports): Promise<ComposeCli> {
  for (const argv of COMMANDS) {
    const { exec, signal, workspace } = ports;
    const version = await exec({
      argv: [...argv, 'version', '--short'],
      cwd: workspace,
      withhold: isActionVariable,
      timeoutMs: 30_000,
      signal,
    });
    signal.throwIfAborted();
    if (version.state !== 'exited' || version.exitCode !== 0) continue;
    return {
      run: (args, show = false) => run([...argv, ...args], options, ports, show),
      isV1: /^v?1\./.test(version.stdout.trim()),
    };
  }
  throw new ActionError('neither docker compose nor docker-compose is installed on the runner', {
    remedy: 'Install docker-compose-v2 or docker-compose-plugin.',
  });
}

/** Returns `--file … --project-name …`, with the default files if none are set. */
export async function getProjectArguments(
  { files, project }: ProjectOptions,
  workspace: string,
): Promise<readonly string[]> {
  const found = files.length > 0 ? files : await findDefaultFiles(workspace);
  if (found.length === 0) {
    throw new ActionError(`${workspace} does not contain a compose file`, {
      remedy: 'Set its path: files: [deploy/compose.yaml].',
    });
  }
  return [
    ...found.flatMap((file) => ['--file', file]),
    ...(project === undefined ? [] : ['--project-name', project]),
  ];
}

async function findDefaultFiles(workspace: string): Promise<readonly string[]> {
  const exists = async (name: string) =>
    access(join(workspace, name)).then(
      () => true,
      () => false,
    );
  for (const name of DEFAULT_FILES) {
    if (!(await exists(name))) continue;
    const overrides = ['.yaml', '.yml'].map((end) => name.replace(/\.ya?ml$/, `.override${end}`));
    for (const override of overrides) if (await exists(override)) return [name, override];
    return [name];
  }
  return [];
}

async function run(
  argv: Argv,
  { host, timeoutMs }: ProjectOptions,
  { exec, log, clock, signal, workspace }: Ports,
  show: boolean,
): Promise<string> {
  const execution = await withHeartbeat('Running compose', { clock, log }, () =>
    exec({
      argv,
      cwd: workspace,
      // The default output contains colours and cursor movements.
      env: { COMPOSE_ANSI: 'never', COMPOSE_PROGRESS: 'plain', ...(host && { DOCKER_HOST: host }) },
      withhold: isActionVariable,
      timeoutMs,
      signal,
      maxBytes: 2 ** 20,
    }),
  );
  signal.throwIfAborted();
  if (show && execution.state !== 'not-started') {
    await logOutput('Output of compose', execution, log);
  }
  if (execution.state === 'exited' && execution.exitCode === 0) return execution.stdout;
  const reason =
    execution.state === 'exited'
      ? `exit code ${execution.exitCode}, ${execution.stderr.trim().split('\n').at(-1) ?? ''}`
      : describeFailure(execution, timeoutMs);
  throw new ActionError(`compose failed: ${plain(reason)}`, {
    remedy: 'Run the same command on the machine to find the cause.',
  });
}
