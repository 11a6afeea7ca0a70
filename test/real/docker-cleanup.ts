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

/** Runs the bundle against a daemon, by default with `labels: environment=testing`. */
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

/** All objects of a daemon: names of containers, volumes and custom networks, tags of images. */
export async function listAll(daemon: Dockerd): Promise<Readonly<Record<string, string[]>>> {
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

/** The selected objects of the JSON report as `kind name: outcome`. */
export async function readAudit(result: RunResult): Promise<readonly string[]> {
  const report = JSON.parse(await readFile(result.outputs['report-file'] ?? '', 'utf8'));
  return report.result.objects
    .filter(({ outcome }: { outcome: string }) => outcome !== 'unselected')
    .map(
      ({ kind, name, outcome }: Record<'kind' | 'name' | 'outcome', string>) =>
        `${kind} ${name}: ${outcome}`,
    )
    .sort();
}

/** Runs the hand-written script against a daemon. */
export async function cleanUpByScript(host: string): Promise<void> {
  await promisify(execFile)('bash', ['-c', CLEANUP_SCRIPT], {
    env: { PATH: process.env.PATH, DOCKER_HOST: host },
    maxBuffer: 2 ** 26,
  });
}

/** Builds an empty image, by default with the label `environment=testing`. */
export function buildImage(
  daemon: Dockerd,
  tags: readonly string[],
  { label = 'environment=testing', from = 'scratch' } = {},
): Promise<string> {
  const file = `FROM ${from}\nLABEL ${label} n=${tags.join('-').replace(/\W/g, '')}\n`;
  return daemon.dockerWith(file, 'build', '-q', ...tags.flatMap((tag) => ['-t', tag]), '-');
}
