import { execFileSync } from 'node:child_process';
import type { Job } from '@repo/testkit/setups/runners';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { cleanupAction } from '../../real/docker-cleanup.ts';
import { type Dockerd, dockerEngine, startDockerd } from '../../real/dockerd.ts';

/** Whether a real daemon can be started here. */
export const hasDocker = dockerEngine.path !== undefined;

export const TESTING = ['--label', 'environment=testing'] as const;

/** Starts one daemon for the tests of a file; each test gets it empty but for `box:1`. */
export function useDockerd(): () => Dockerd {
  let daemon: Dockerd | undefined;
  beforeAll(async () => {
    if (hasDocker) daemon = await startDockerd();
  }, 60_000);
  afterAll(() => daemon?.[Symbol.asyncDispose]());
  beforeEach(async () => {
    await daemon?.clear();
    await daemon?.importBusybox('box:1');
  });
  return () => {
    if (daemon === undefined) throw new Error(dockerEngine.needs);
    return daemon;
  };
}

/** Runs the action in a job, by default with `labels: environment=testing`. */
export function cleanUp(
  job: Job,
  { host }: Pick<Dockerd, 'host'>,
  inputs: Readonly<Record<string, string>> = {},
  step: Omit<Parameters<Job['run']>[0], 'action' | 'with'> = {},
) {
  return job.run({
    action: cleanupAction,
    with: { host, labels: 'environment=testing', ...inputs },
    ...step,
  });
}

/** Starts a shop with a network, a volume and an order in it, all without labels. */
export async function startShop({ docker }: Dockerd): Promise<void> {
  await docker('network', 'create', '--internal', 'shop-net');
  await docker('volume', 'create', 'shop-data');
  await docker('tag', 'box:1', 'shop:1');
  await docker(
    ...['run', '-d', '--name', 'shop', '--network', 'shop-net', '-v', 'shop-data:/data'],
    ...['shop:1', 'sh', '-c', 'echo order-1 > /data/orders; exec sleep 600'],
  );
}

/** Expects that the shop runs, has its network and still knows its order. */
export async function expectShopServes({ docker }: Dockerd): Promise<void> {
  expect(await docker('exec', 'shop', 'cat', '/data/orders')).toBe('order-1');
  const networks = '{{range $name, $_ := .NetworkSettings.Networks}}{{$name}}{{end}}';
  expect(await docker('inspect', '--format', networks, 'shop')).toBe('shop-net');
  expect(await docker('images', '--quiet', 'shop:1')).not.toBe('');
}

/** Creates a stopped test container, a network, a volume and an image, all with the label. */
export async function leaveTestObjects(
  { docker, dockerWith }: Dockerd,
  name: string,
  labels: readonly string[] = TESTING,
): Promise<void> {
  await docker('network', 'create', '--internal', ...labels, `${name}-net`);
  await docker('volume', 'create', ...labels, `${name}-data`);
  const file = `FROM box:1\nLABEL ${labels.filter((text) => text !== '--label').join(' ')} of=${name}\n`;
  await dockerWith(file, 'build', '-q', '-t', `${name}:testing`, '-');
  await docker(
    ...['create', '--name', name, ...labels, '--network', `${name}-net`],
    ...['-v', `${name}-data:/data`, `${name}:testing`],
  );
}

/** The names of all objects that start with `prefix`, as `docker … ls` lists them. */
export async function namesOf({ docker }: Dockerd, prefix = ''): Promise<readonly string[]> {
  const lists = await Promise.all([
    docker('ps', '-a', '--format', '{{.Names}}'),
    docker('images', '--format', '{{.Repository}}:{{.Tag}}'),
    docker('network', 'ls', '--filter', 'type=custom', '--format', '{{.Name}}'),
    docker('volume', 'ls', '--format', '{{.Name}}'),
  ]);
  const names = lists.flatMap((text) => text.split('\n')).filter((name) => name !== '');
  return names.filter((name) => name.startsWith(prefix) && name !== 'box:1').sort();
}

/** Creates objects with the labels that `mode: setup` printed, as a later step of the job does. */
export function createLabelled({ host }: Dockerd, log: string, name: string): void {
  const labels = /label-args: (.*)/.exec(log)?.[1]?.split(' ') ?? [];
  const env = { PATH: process.env.PATH, DOCKER_HOST: host };
  execFileSync('docker', ['create', '--name', name, ...labels, 'box:1'], { env });
  execFileSync('docker', ['volume', 'create', ...labels, `${name}-data`], { env });
}
