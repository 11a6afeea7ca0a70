import { closedPort } from '@repo/testkit/faults/unreachable';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Dockerd, dockerEngine, startDockerd } from './dockerd.ts';
import { type Machine, readLedger, startMachine } from './rollback/machine.ts';

describe.skipIf(dockerEngine.path === undefined)(
  `deploy-rollback with Docker ${dockerEngine.needs}`,
  () => {
    let daemon: Dockerd;
    let machine: Machine;
    let port: number;
    const images: Record<string, string> = {};

    beforeAll(async () => {
      daemon = await startDockerd();
      await daemon.importBusybox('box:1');
    });
    afterAll(() => daemon?.[Symbol.asyncDispose]());

    beforeEach(async () => {
      port = await closedPort();
      machine = startMachine({
        strategies: '- docker: {container: app}',
        inputs: { 'verify-url': `http://127.0.0.1:${port}/`, 'expect-identity': 'good' },
        env: { DOCKER_HOST: daemon.host },
      });
      await deploy('good');
    });
    afterEach(async () => {
      await machine[Symbol.asyncDispose]();
      await removeAll();
    });

    async function removeAll(): Promise<void> {
      const ids = (await daemon.docker('ps', '-aq')).split('\n').filter(Boolean);
      if (ids.length > 0) await daemon.docker('rm', '-fv', ...ids);
    }

    /** Builds an image with the same tag, and runs it. */
    async function deploy(version: 'good' | 'bad', ...settings: readonly string[]): Promise<void> {
      const file = `FROM box:1\nSTOPSIGNAL SIGKILL\nRUN busybox mkdir /www && echo ${version} > /www/index.html\n`;
      images[version] = await daemon.dockerWith(
        file,
        ...['build', '-q', '--network', 'none', '-t', 'app:latest', '-'],
      );
      await daemon.docker('rm', '-f', 'app').catch(() => {});
      await daemon.docker(
        ...['run', '-d', '--name', 'app', '--network', 'host', '--restart', 'always', ...settings],
        ...['app:latest', 'busybox', 'httpd', '-f', '-p', `127.0.0.1:${port}`, '-h', '/www'],
      );
    }

    const inspect = async (name: string) => JSON.parse(await daemon.docker('inspect', name))[0];
    const answer = async () => (await fetch(`http://127.0.0.1:${port}/`)).text();
    const containers = async () =>
      (await daemon.docker('ps', '-a', '--format', '{{.Names}}')).split('\n');

    async function expectRestored(): Promise<void> {
      expect((await inspect('app')).Image).toBe(images.good);
      expect(await containers()).toEqual(['app']);
      expect(await daemon.docker('inspect', '-f', '{{.Id}}', 'app:latest')).toBe(images.good);
      expect(await answer()).toBe('good\n');
    }

    test('restores the container from its image', async () => {
      await machine.snapshot();
      await deploy('bad');
      // The good image has no tag except that of the snapshot.
      await daemon.docker('image', 'prune', '-f');
      const { outputs, log } = await machine.rollback();
      expect(log).toMatch(/identity of docker app: sha256:[0-9a-f]{12}, running/);
      expect(outputs).toMatchObject({ attempts: '1' });
      await expectRestored();
      const { HostConfig } = await inspect('app');
      expect(HostConfig.RestartPolicy.Name).toBe('always');
    });

    test('has the same result after a kill at each change', {
      timeout: 300_000,
    }, async () => {
      await machine.snapshot();
      for (let change = 1, killed = true; killed; change++) {
        await deploy('bad');
        killed = await machine.killAfter(change);
        if (killed) await machine.rollbackAgain();
        else expect(change).toBeGreaterThan(7);
        await expectRestored();
        const rollbacks = readLedger(machine).filter(({ event }) => event === 'rolled-back');
        expect(rollbacks).toHaveLength(1);
        machine.forgetRollbacks();
      }
    });

    test('restores all settings', async () => {
      await removeAll();
      const subnet = ['--subnet', '10.214.7.0/24'];
      await daemon.docker('network', 'create', '--internal', ...subnet, 'front');
      await daemon.docker('network', 'create', '--internal', 'back');
      await daemon.docker('volume', 'create', 'data');
      await daemon.docker(
        ...['create', '--name', 'app', '--hostname', 'shop', '--user', '1000:1000'],
        ...['--env', 'TOKEN=s3cret', '--label', 'team=shop', '--entrypoint', '/bin/sh'],
        ...['--workdir', '/tmp', '--volume', 'data:/data:ro', '--volume', '/anonymous'],
        ...['--mount', 'type=tmpfs,destination=/scratch,tmpfs-size=1048576'],
        ...['--memory', '64m', '--cpus', '0.5', '--pids-limit', '50', '--read-only'],
        ...['--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--init'],
        ...['--restart', 'on-failure:3', '--stop-timeout', '7', '--log-opt', 'max-size=1m'],
        ...['--health-cmd', 'true', '--health-interval', '200ms', '--publish', '127.0.0.1::80'],
        ...['--network', 'front', '--network-alias', 'web', '--ip', '10.214.7.77'],
        ...['app:latest', '-c', 'sleep 600'],
      );
      await daemon.docker('network', 'connect', '--alias', 'web-back', 'back', 'app');
      await daemon.docker('start', 'app');
      const before = await inspect('app');
      const other = startMachine({
        strategies: '- docker: {container: app}',
        env: { DOCKER_HOST: daemon.host },
      });
      await using _ = other;
      await other.snapshot();
      await daemon.docker('rm', '-f', 'app');
      await daemon.docker(...OTHER);
      const { log } = await other.rollback();
      expect((await inspect('app')).State.Health.Status).toBe('healthy');
      expect(getSettings(await inspect('app'))).toEqual(getSettings(before));
      expect(log).not.toContain('s3cret');
    });

    test('the preflight finds a missing image or volume, and nothing is changed', async () => {
      await daemon.docker('volume', 'create', 'gone');
      await deploy('good', '--volume', 'gone:/data');
      await machine.snapshot();
      await deploy('bad');
      const before = await inspect('app');
      await daemon.docker('volume', 'rm', 'gone');
      await using noVolume = await machine.run();
      expect(noVolume.outputs).toMatchObject({ result: 'no-target' });
      expect(noVolume.log).toContain('the volume gone does not exist any more');

      const tags = await daemon.docker('images', 'deploy-rollback-keep', '--format', '{{.Tag}}');
      for (const tag of tags.split('\n')) {
        await daemon.docker('rmi', `deploy-rollback-keep:${tag}`).catch(() => {});
      }
      await daemon.docker('image', 'prune', '-f');
      await using noImage = await machine.run();
      expect(noImage.outputs).toMatchObject({ result: 'no-target' });
      expect(noImage.log).toMatch(/the image sha256:[0-9a-f]{12} of app does not exist any more/);
      expect((await inspect('app')).Id).toBe(before.Id);
      expect((await inspect('app')).State.StartedAt).toBe(before.State.StartedAt);
    });

    test('starts the old container again if the new one does not start', async () => {
      await removeAll();
      await daemon.docker('network', 'create', '--internal', '--subnet', '10.214.8.0/24', 'fixed');
      const address = [
        '--network',
        'fixed',
        '--ip',
        '10.214.8.8',
        '--stop-signal',
        'KILL',
        'box:1',
      ];
      await daemon.docker('run', '-d', '--name', 'app', ...address);
      await machine.snapshot();
      await daemon.docker('rm', '-f', 'app');
      const id = await daemon.docker(...OTHER);
      await daemon.docker('run', '-d', '--name', 'other', ...address);
      await using failed = await machine.run({
        'verify-url': '',
        'expect-identity': '',
        'on-exhausted': 'stop',
      });
      expect(failed.outputs.result, failed.log).toBe('failed');
      expect(failed.log).toMatch(/Address already in use/);
      expect((await containers()).toSorted()).toEqual(['app', 'other']);
      const now = await inspect('app');
      expect([now.Config.Image, now.State.Running]).toEqual(['box:1', true]);
      expect(now.Id).toBe(id);
    });

    test('restores the current container if the good one is not healthy', async () => {
      await machine.snapshot();
      await deploy('bad');
      // Another server uses the port.
      await daemon.docker('rm', '-f', 'app');
      await daemon.docker(...OTHER);
      const { createServer } = await import('node:http');
      const server = createServer((_, response) => response.end('other server'));
      await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
      await using failed = await machine.run({ 'verify-deadline': '2s' });
      await new Promise((resolve) => server.close(resolve));
      expect(failed.outputs.result, failed.log).toBe('failed');
      expect(failed.outputs.message).toMatch(
        /restored [0-9a-f]{7}, the release from before the rollback/,
      );
      const now = await inspect('app');
      expect(now.Config.Image, failed.log).toBe('box:1');
      expect(now.State.Running).toBe(true);
      expect(await containers()).toEqual(['app']);
    });
  },
);

/** Runs another container with the same name. */
const OTHER = 'run -d --name app --network none --stop-signal KILL box:1'.split(' ');

/** The settings, without values that differ between equal containers. */
function getSettings(inspected: Record<string, never>): unknown {
  const { Config, HostConfig, NetworkSettings, Mounts, Image } = inspected as unknown as {
    readonly Config: object;
    readonly HostConfig: { readonly Binds: readonly string[] | null };
    readonly NetworkSettings: {
      readonly Networks: Readonly<
        Record<string, { Aliases: string[] | null; IPAMConfig: unknown }>
      >;
    };
    readonly Mounts: readonly { readonly Destination: string; readonly Name?: string }[];
    readonly Image: string;
  };
  return {
    Image,
    Config,
    // The anonymous volume is now a bind of the same volume.
    HostConfig: {
      ...HostConfig,
      Binds: HostConfig.Binds?.filter((bind) => !/\/anonymous$/.test(bind)),
    },
    Networks: Object.entries(NetworkSettings.Networks).map(([name, { Aliases, IPAMConfig }]) => ({
      name,
      Aliases: Aliases?.filter((alias) => !/^[0-9a-f]{12}$/.test(alias)),
      IPAMConfig,
    })),
    Mounts: Mounts.map(({ Destination, Name }) => ({ Destination, Name })).toSorted((a, b) =>
      a.Destination < b.Destination ? -1 : 1,
    ),
  };
}
