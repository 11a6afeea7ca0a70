import { connectDocker, type Docker } from '@repo/docker/client';
import { inspectContainer, listContainers, removeContainer } from '@repo/docker/containers';
import { dockerHost } from '@repo/docker/endpoint';
import { inspectImage, listImages, removeImage, tagImage } from '@repo/docker/images';
import { containerLogs } from '@repo/docker/logs';
import { inspectNetwork, listNetworks, removeNetwork } from '@repo/docker/networks';
import { getDaemonInfo, pruneBuildCache } from '@repo/docker/system';
import { inspectVolume, listVolumes, removeVolume } from '@repo/docker/volumes';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Dockerd, dockerEngine, startDockerd } from './dockerd.ts';

describe.skipIf(dockerEngine.path === undefined)(`a real Docker ${dockerEngine.needs}`, () => {
  let daemon: Dockerd;
  let docker: Docker;

  beforeAll(async () => {
    daemon = await startDockerd();
    await daemon.importBusybox('box:1', 'LABEL from=image');
    docker = await connectDocker(dockerHost().parse(daemon.host));
  });
  afterAll(async () => {
    docker?.[Symbol.dispose]();
    await daemon?.[Symbol.asyncDispose]();
  });

  test('negotiates the API version and reads the clock of the daemon', async () => {
    expect(docker.apiVersion).toMatch(/^1\.\d+$/);
    expect(Math.abs(docker.now() - Date.now())).toBeLessThan(2_000);
    expect(await getDaemonInfo(docker)).toMatchObject({ root: `${daemon.folder}/data` });
    expect(await pruneBuildCache(docker, 0)).toBe(0);
  });

  test('lists, inspects and removes containers with their anonymous volumes', async () => {
    await daemon.docker('volume', 'create', 'kept');
    const id = await daemon.docker(
      ...['run', '-d', '--name', 'one', '--label', 'own=yes', '--network', 'none'],
      ...['-v', '/anonymous', '-v', 'kept:/kept', 'box:1', 'sleep', '600'],
    );
    const listed = (await listContainers(docker)).find((one) => one.id === id);
    expect(listed).toMatchObject({ names: ['one'], image: 'box:1', state: 'running' });
    expect(Object.fromEntries(listed?.labels ?? [])).toEqual({ from: 'image', own: 'yes' });
    expect(listed?.networks.map(({ name }) => name)).toEqual(['none']);
    const details = await inspectContainer(docker, 'one');
    expect(details).toMatchObject({
      id,
      name: 'one',
      state: 'running',
      restarts: 0,
      health: undefined,
      finishedMs: undefined,
      imageId: listed?.imageId,
    });
    expect(Math.abs((details?.startedMs ?? 0) - Date.now())).toBeLessThan(30_000);
    expect(Math.abs((listed?.createdMs ?? 0) - (details?.createdMs ?? 0))).toBeLessThan(1_000);

    const conflict = await removeContainer(docker, id, { force: false, volumes: true });
    expect(conflict).toMatchObject({ kind: 'conflict', message: expect.stringMatching(/running/) });
    expect(await removeVolume(docker, 'kept')).toMatchObject({ kind: 'conflict' });
    expect(await removeContainer(docker, id, { force: true, volumes: true })).toMatchObject({
      kind: 'removed',
    });
    expect((await listVolumes(docker)).map(({ name }) => name)).toEqual(['kept']);
    expect(await removeContainer(docker, id, { force: true, volumes: true })).toEqual({
      kind: 'missing',
    });
    expect(await inspectContainer(docker, id)).toBeUndefined();
    expect(await inspectVolume(docker, 'kept')).toMatchObject({ driver: 'local' });
    expect(await removeVolume(docker, 'kept')).toMatchObject({ kind: 'removed' });
  });

  test('distinguishes unhealthy, restarting and exited containers', async () => {
    await daemon.docker(
      ...[
        'run',
        '-d',
        '--name',
        'unhealthy',
        '--network',
        'none',
        '--health-cmd',
        'echo no; false',
      ],
      ...['--health-interval', '100ms', '--health-retries', '1', 'box:1', 'sleep', '600'],
    );
    await daemon.docker(
      ...['run', '-d', '--name', 'restarting', '--network', 'none', '--restart', 'always'],
      ...['box:1', 'sh', '-c', 'exit 3'],
    );
    await daemon
      .docker('run', '--name', 'exited', '--network', 'none', 'box:1', 'sh', '-c', 'exit 7')
      .catch(() => {});
    await vi.waitFor(
      async () => {
        expect(await inspectContainer(docker, 'unhealthy')).toMatchObject({
          health: 'unhealthy',
          healthOutput: 'no\n',
        });
        const restarting = await inspectContainer(docker, 'restarting');
        expect(restarting?.restarts).toBeGreaterThan(0);
      },
      { timeout: 20_000, interval: 100 },
    );
    expect(await inspectContainer(docker, 'exited')).toMatchObject({
      state: 'exited',
      exitCode: 7,
    });
  });

  test('reads both streams of logs, the last lines and a limited size, with and without a terminal', async () => {
    const run = ['run', '--network', 'none', '--name'];
    await daemon.docker(...run, 'both', 'box:1', 'sh', '-c', 'echo out; echo err >&2');
    const both = await containerLogs(docker, 'both');
    expect(both?.truncated).toBe(false);
    // Docker does not keep the order between the two streams.
    expect(both?.lines.toSorted((a, b) => a.text.localeCompare(b.text))).toEqual([
      { stream: 'stderr', text: 'err' },
      { stream: 'stdout', text: 'out' },
    ]);
    const script = 'for i in 1 2 3 4 5; do echo line $i; done';
    await daemon.docker(...run, 'talks', 'box:1', 'sh', '-c', script);
    const last = await containerLogs(docker, 'talks', { tail: 2 });
    expect(last?.lines.map(({ text }) => text)).toEqual(['line 4', 'line 5']);
    const few = await containerLogs(docker, 'talks', { maxBytes: 15 });
    expect(few).toEqual({
      lines: [4, 5].map((number) => ({ stream: 'stdout', text: `line ${number}` })),
      truncated: true,
    });
    expect((await containerLogs(docker, 'talks', { sinceMs: Date.now() + 60_000 }))?.lines).toEqual(
      [],
    );
    expect(await containerLogs(docker, 'missing')).toBeUndefined();

    await daemon.docker(...run, 'terminal', '-t', 'box:1', 'sh', '-c', script);
    const terminal = await containerLogs(docker, 'terminal', { tail: 1 });
    expect(terminal?.lines).toEqual([{ stream: 'stdout', text: 'line 5' }]);

    await daemon.docker(...run, 'silent', '--log-driver', 'none', 'box:1', 'true');
    await expect(containerLogs(docker, 'silent')).rejects.toThrow(/does not support reading/);
  });

  test('lists, inspects and tags images, and removes them only by tag', async () => {
    const id = await daemon.dockerWith(
      'FROM box:1\nLABEL own=yes\n',
      'build',
      '-q',
      '-t',
      'app:a',
      '-',
    );
    await tagImage(docker, 'app:a', 'localhost/deep/app', 'b');
    const listed = (await listImages(docker)).find((one) => one.id === id);
    expect(listed?.tags.toSorted()).toEqual(['app:a', 'localhost/deep/app:b']);
    expect(Object.fromEntries(listed?.labels ?? [])).toEqual({ from: 'image', own: 'yes' });
    const parent = await inspectImage(docker, 'box:1');
    expect(listed?.parentId).toBe(parent?.id);
    expect(listed?.bytes).toBeGreaterThan(100_000);
    expect((await inspectImage(docker, id))?.taggedMs).toBeGreaterThan(Date.now() - 60_000);

    expect(await removeImage(docker, id)).toMatchObject({ kind: 'conflict' });
    expect(await removeImage(docker, 'localhost/deep/app:b')).toMatchObject({ kind: 'removed' });
    expect((await inspectImage(docker, id))?.tags).toEqual(['app:a']);
    expect(await removeImage(docker, 'app:a')).toMatchObject({ kind: 'removed' });
    expect(await inspectImage(docker, id)).toBeUndefined();
    expect(await removeImage(docker, 'app:a')).toEqual({ kind: 'missing' });
  });

  test('lists and inspects networks, and keeps the network of a running container', async () => {
    const id = await daemon.docker('network', 'create', '--internal', '--label', 'a=b', 'net');
    expect((await listNetworks(docker)).find((one) => one.id === id)).toMatchObject({
      name: 'net',
      driver: 'bridge',
      scope: 'local',
      ingress: false,
      labels: new Map([['a', 'b']]),
    });
    const user = await daemon.docker('run', '-d', '--network', 'net', 'box:1', 'sleep', '600');
    expect((await inspectNetwork(docker, 'net'))?.containers).toEqual([user]);
    expect(await removeNetwork(docker, 'net')).toMatchObject({ kind: 'conflict' });
    await removeContainer(docker, user, { force: true, volumes: true });
    expect(await removeNetwork(docker, 'net')).toMatchObject({ kind: 'removed' });
    expect(await inspectNetwork(docker, 'net')).toBeUndefined();
  });

  test('reaches the same daemon through dial-stdio', async () => {
    const argv = ['docker', '--host', daemon.host, 'system', 'dial-stdio'] as const;
    using dialled = await connectDocker({ kind: 'command', argv: [...argv] });
    const [direct, dialledImages] = await Promise.all([listImages(docker), listImages(dialled)]);
    expect(dialledImages).toEqual(direct);
    expect(await listContainers(dialled)).toEqual(await listContainers(docker));
  });
});
