import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Dockerd, dockerEngine, startDockerd } from './dockerd.ts';
import { engine } from './engine.ts';
import { type Machine, startMachine } from './rollback/machine.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 60_000 });

const execute = promisify(execFile);
const composeV2 = engine('docker-compose-v2', 'from the Go module proxy, see .ci/run', [
  join(homedir(), 'go/bin'),
]);
const composeV1 = engine('docker-compose', 'apt-get install docker-compose');
const noDocker = dockerEngine.path === undefined;

/** The installations of compose: as a plugin of the docker CLI, or standalone. */
const INSTALLATIONS = [
  ['compose 2 as a plugin', composeV2, 'plugin'],
  ['standalone compose 2', composeV2, 'standalone'],
  ['compose 1', composeV1, 'standalone'],
] as const;

describe.each(INSTALLATIONS)('deploy-rollback with %s', (_, tool, installation) => {
  describe.skipIf(noDocker || tool.path === undefined)(tool.needs, () => {
    let daemon: Dockerd;
    let machine: Machine;
    let folder: string;
    let env: Readonly<Record<string, string>>;
    const images: Record<string, string> = {};

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'compose-'));
      const binFolder = join(folder, installation === 'plugin' ? 'cli-plugins' : 'bin');
      mkdirSync(binFolder);
      symlinkSync(tool.path ?? '', join(binFolder, 'docker-compose'));
      daemon = await startDockerd();
      await daemon.importBusybox('box:1');
      env = {
        DOCKER_HOST: daemon.host,
        DOCKER_CONFIG: folder,
        HOME: folder,
        PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
      };
    });
    afterAll(async () => {
      await daemon?.[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    });

    beforeEach(async () => {
      machine = startMachine({
        strategies: '- compose: {files: compose.yaml, project: shop}',
        inputs: { 'verify-command': 'true' },
        env,
      });
      await deploy('good');
    });
    afterEach(async () => {
      await compose('kill', '-s', 'SIGKILL').catch(() => {});
      await compose('down', '--timeout', '0');
      await machine[Symbol.asyncDispose]();
    });

    function compose(...args: readonly string[]) {
      const argv =
        installation === 'plugin' ? ['docker', 'compose'] : [join(folder, 'bin/docker-compose')];
      const [program = '', ...rest] = [...argv, '-f', 'compose.yaml', '-p', 'shop', ...args];
      return execute(program, rest, {
        cwd: machine.workspace,
        env: { ...process.env, ...env },
      });
    }

    /** Builds a new image with the same tag, and starts the services. */
    async function deploy(release: string): Promise<void> {
      const file = `FROM box:1\nSTOPSIGNAL SIGKILL\nLABEL release=${release}\n`;
      images[release] = await daemon.dockerWith(file, 'build', '-q', '-t', 'app:latest', '-');
      writeFileSync(
        join(machine.workspace, 'compose.yaml'),
        `version: "3.8"
services:
  web:
    image: app:latest
    network_mode: none
    environment: {RELEASE_NAME: "${release}"}
    healthcheck: {test: ["CMD", "true"], interval: 1s}
  worker:
    build: .
    image: app:latest
    network_mode: none
`,
      );
      await compose('up', '-d', '--no-build', '--timeout', '0');
    }

    async function running(): Promise<readonly string[]> {
      const names = await daemon.docker(
        'ps',
        '-q',
        '--filter',
        'label=com.docker.compose.project=shop',
      );
      const ids = names.split('\n').filter(Boolean);
      const found = ids.map((id) => daemon.docker('inspect', '-f', '{{.Image}}', id));
      return Promise.all(found);
    }

    test('restores the image of each service', async () => {
      await machine.snapshot();
      await deploy('bad');
      await daemon.docker('image', 'prune', '-f');
      expect(await running()).toEqual([images.bad, images.bad]);
      const { log } = await machine.rollback();
      expect(log).toMatch(/identity of compose .*web: sha256:[0-9a-f]{12}, running/);
      expect(await running()).toEqual([images.good, images.good]);
    });

    test('a second run succeeds after compose and the action were killed', async () => {
      await machine.snapshot();
      const real =
        installation === 'plugin'
          ? join(folder, 'cli-plugins/docker-compose')
          : join(folder, 'bin/docker-compose');
      for (const [moment, script] of [
        ['before', 'kill -9 $PPID; exit 1'],
        // The command takes about one second.
        ['during', `"${tool.path}" "$@" & sleep 0.5; kill -9 $! $PPID`],
        ['after', `"${tool.path}" "$@"; kill -9 $PPID`],
      ] as const) {
        await deploy('bad');
        const once = join(folder, 'killed');
        writeFileSync(once, '');
        rmSync(real);
        writeFileSync(
          real,
          // The parent of a plugin is the docker CLI, whose parent is the action.
          `#!/bin/bash\ncase "$*" in *" up "*) [ -e ${once} ] && { rm ${once}; ${toParents(installation, script)}; };; esac\nexec "${tool.path}" "$@"\n`,
        );
        chmodSync(real, 0o755);
        await using killed = await machine.run();
        expect(killed.signal, `${moment}: ${killed.log}`).toBe('SIGKILL');
        await machine.rollbackAgain();
        expect((await running()).toSorted(), moment).toEqual([images.good, images.good]);
        rmSync(real);
        symlinkSync(tool.path ?? '', real);
        machine.forgetRollbacks();
      }
    });

    test('the preflight finds a missing image or service, and nothing is changed', async () => {
      await machine.snapshot();
      await deploy('bad');
      const before = await daemon.docker('ps', '-q');
      writeFileSync(
        join(machine.workspace, 'compose.yaml'),
        'services: {web: {image: "app:latest", network_mode: none}}\n',
      );
      await using noService = await machine.run();
      expect(noService.outputs, noService.log).toMatchObject({ result: 'no-target' });
      expect(noService.log).toMatch(/the compose file does not contain the service worker/);
      const tags = await daemon.docker('images', 'deploy-rollback-keep', '-q', '--no-trunc');
      await daemon.docker(
        'rmi',
        '-f',
        ...new Set(tags.split('\n').filter((id) => id !== images.bad)),
      );
      await using noImage = await machine.run();
      expect(noImage.outputs, noImage.log).toMatchObject({ result: 'no-target' });
      expect(noImage.log).toMatch(/the image sha256:[0-9a-f]{12} of \w+ does not exist any more/);
      expect(await daemon.docker('ps', '-q')).toBe(before);
    });
  });
});

/** Kills the parent of the parent as well for a plugin, because that is the action. */
function toParents(installation: 'plugin' | 'standalone', script: string): string {
  return installation === 'standalone'
    ? script
    : script.replace('$PPID', '$(cut -d" " -f4 /proc/$PPID/stat) $PPID');
}
