import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { ActionError } from '@repo/core/errors/action-error';
import { isActionVariable } from '@repo/core/process/action-variables';
import { plain } from '@repo/core/text/untrusted';
import type { Argv } from '../argv.ts';
import { withHeartbeat } from '../heartbeat.ts';
import { showOutput, whyNot } from '../program-output.ts';
import type { Ports } from '../strategy.ts';

/** Compose, as it is installed here, for one project. */
export interface Tool {
  /** What it printed. @throws ActionError where it does not end well */
  readonly run: (args: readonly string[], show?: boolean) => Promise<string>;
  /** Version 1 lacks some options. */
  readonly isFirst: boolean;
}

/** How it is called: as a plugin of the docker CLI, or by itself. */
const CALLS: readonly Argv[] = [['docker', 'compose'], ['docker-compose']];

/** What it takes by itself, the first one that is there, with the override beside it. */
const DEFAULTS = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];

export interface Project {
  readonly files: readonly string[];
  readonly project: string | undefined;
  readonly host: string | undefined;
  readonly timeoutMs: number;
}

/** @throws ActionError where it is not installed */
export async function findTool(project: Project, ports: Ports): Promise<Tool> {
  for (const argv of CALLS) {
    const { exec, signal, workspace } = ports;
    const asked = await exec({
      argv: [...argv, 'version', '--short'],
      cwd: workspace,
      withhold: isActionVariable,
      timeoutMs: 30_000,
      signal,
    });
    signal.throwIfAborted();
    if (asked.state !== 'exited' || asked.exitCode !== 0) continue;
    return {
      run: (args, show = false) => run([...argv, ...args], project, ports, show),
      isFirst: /^v?1\./.test(asked.stdout.trim()),
    };
  }
  throw new ActionError('neither docker compose nor docker-compose is installed here', {
    remedy: 'Install the plugin docker-compose-v2 (or docker-compose-plugin) on the runner.',
  });
}

/** `-f … -p …`, with the files that it would find by itself. */
export async function projectArguments(
  { files, project }: Project,
  workspace: string,
): Promise<readonly string[]> {
  const found = files.length > 0 ? files : await defaultFiles(workspace);
  if (found.length === 0) {
    throw new ActionError(`there is no compose file in ${workspace}`, {
      remedy: 'Name it: files: [deploy/compose.yaml].',
    });
  }
  return [
    ...found.flatMap((file) => ['--file', file]),
    ...(project === undefined ? [] : ['--project-name', project]),
  ];
}

async function defaultFiles(workspace: string): Promise<readonly string[]> {
  const there = async (name: string) =>
    access(join(workspace, name)).then(
      () => true,
      () => false,
    );
  for (const name of DEFAULTS) {
    if (!(await there(name))) continue;
    const overrides = ['.yaml', '.yml'].map((end) => name.replace(/\.ya?ml$/, `.override${end}`));
    for (const override of overrides) if (await there(override)) return [name, override];
    return [name];
  }
  return [];
}

async function run(
  argv: Argv,
  { host, timeoutMs }: Project,
  { exec, log, clock, signal, workspace }: Ports,
  show: boolean,
): Promise<string> {
  const execution = await withHeartbeat('compose runs', { clock, log }, () =>
    exec({
      argv,
      cwd: workspace,
      // Without it, colours and cursor movements.
      env: { COMPOSE_ANSI: 'never', COMPOSE_PROGRESS: 'plain', ...(host && { DOCKER_HOST: host }) },
      withhold: isActionVariable,
      timeoutMs,
      signal,
      maxBytes: 2 ** 20,
    }),
  );
  signal.throwIfAborted();
  if (show && execution.state !== 'not-started')
    await showOutput('Output of compose', execution, log);
  if (execution.state === 'exited' && execution.exitCode === 0) return execution.stdout;
  const why =
    execution.state === 'exited'
      ? `exit code ${execution.exitCode}, ${execution.stderr.trim().split('\n').at(-1) ?? ''}`
      : whyNot(execution, timeoutMs);
  throw new ActionError(`compose failed: ${plain(why)}`, {
    remedy: 'Run it by hand on that machine, with the same files.',
  });
}
