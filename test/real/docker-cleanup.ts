import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type RunActionOptions, type RunResult, runAction } from '@repo/testkit/runner/run-action';
import { CLEANUP_SCRIPT } from './docker-cleanup-script.ts';
import type { Dockerd } from './dockerd.ts';

export const cleanupAction = fileURLToPath(
  new URL('../../actions/docker-label-cleanup', import.meta.url),
);

/** Runs the bundle against a daemon; it looks for `environment=testing` unless told otherwise. */
export function cleanUp(
  daemon: Pick<Dockerd, 'host'>,
  inputs: Readonly<Record<string, string>> = {},
  options: Partial<RunActionOptions> = {},
): Promise<RunResult> {
  return runAction({
    action: cleanupAction,
    with: { host: daemon.host, labels: 'environment=testing', ...inputs },
    ...options,
  });
}

/** What is on a daemon: names of containers and volumes, tags or IDs of images, own networks. */
export async function everything(daemon: Dockerd): Promise<Readonly<Record<string, string[]>>> {
  const list = async (...args: string[]) =>
    [...new Set((await daemon.docker(...args)).split('\n'))].filter((line) => line !== '').sort();
  const [containers, images, networks, volumes] = await Promise.all([
    list('ps', '-a', '--format', '{{.Names}}'),
    list('images', '--format', '{{.Repository}}:{{.Tag}}'),
    list('network', 'ls', '--filter', 'type=custom', '--format', '{{.Name}}'),
    list('volume', 'ls', '--format', '{{.Name}}'),
  ]);
  return { containers, images, networks, volumes };
}

/** The objects of the JSON report as `kind name: outcome`, without those that nothing selects. */
export async function audited(result: RunResult): Promise<readonly string[]> {
  const report = JSON.parse(await readFile(result.outputs['report-file'] ?? '', 'utf8'));
  return report.result.objects
    .filter(({ outcome }: { outcome: string }) => outcome !== 'unselected')
    .map(
      ({ kind, name, outcome }: Record<'kind' | 'name' | 'outcome', string>) =>
        `${kind} ${name}: ${outcome}`,
    )
    .sort();
}

/** The hand-written script against a daemon. */
export async function cleanUpByScript(host: string): Promise<void> {
  await promisify(execFile)('bash', ['-c', CLEANUP_SCRIPT], {
    env: { PATH: process.env.PATH, DOCKER_HOST: host },
    maxBuffer: 2 ** 26,
  });
}

/** An image with nothing in it, labelled as testing unless told otherwise. */
export function buildImage(
  daemon: Dockerd,
  tags: readonly string[],
  { label = 'environment=testing', from = 'scratch' } = {},
): Promise<string> {
  const file = `FROM ${from}\nLABEL ${label} n=${tags.join('-').replace(/\W/g, '')}\n`;
  return daemon.dockerWith(file, 'build', '-q', ...tags.flatMap((tag) => ['-t', tag]), '-');
}
