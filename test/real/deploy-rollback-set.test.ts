import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Dockerd, dockerEngine, startDockerd } from './dockerd.ts';
import { type Machine, startMachine } from './rollback/machine.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 60_000 });

describe.skipIf(dockerEngine.path === undefined)(
  `rollback of an image, a database and files of one snapshot ${dockerEngine.needs}`,
  () => {
    let daemon: Dockerd;
    let machine: Machine;

    beforeAll(async () => {
      daemon = await startDockerd();
      await daemon.importBusybox('app:bad', 'LABEL release=bad');
    });
    afterAll(() => daemon?.[Symbol.asyncDispose]());
    beforeEach(async () => {
      machine = startMachine({
        strategies: [
          '- docker: {container: app}',
          '- sqlite: {path: data/app.db}',
          '- files: {paths: [.env, config]}',
        ].join('\n'),
        inputs: { 'verify-command': 'true' },
        env: { DOCKER_HOST: daemon.host },
      });
      mkdirSync(join(machine.workspace, 'data'));
      mkdirSync(join(machine.workspace, 'config'));
      // One of the tests removes it.
      await daemon.importBusybox('app:good', 'LABEL release=good');
      await deploy('good');
    });
    afterEach(() => machine[Symbol.asyncDispose]());

    async function deploy(release: string): Promise<void> {
      await run(release);
      using database = new DatabaseSync(join(machine.workspace, 'data/app.db'));
      database.exec(`
        PRAGMA journal_mode = WAL;
        DROP TABLE IF EXISTS releases;
        CREATE TABLE releases AS SELECT '${release}' AS name`);
      writeFileSync(join(machine.workspace, '.env'), release);
      writeFileSync(join(machine.workspace, 'config/app.toml'), release);
    }

    /** The release of each part. */
    async function parts(): Promise<readonly string[]> {
      using database = new DatabaseSync(join(machine.workspace, 'data/app.db'));
      return [
        (await daemon.docker('inspect', '-f', '{{.Config.Labels.release}}', 'app')) as string,
        String(database.prepare('SELECT name FROM releases').get()?.name),
        readFileSync(join(machine.workspace, '.env'), 'utf8'),
        readFileSync(join(machine.workspace, 'config/app.toml'), 'utf8'),
      ];
    }

    const all = (release: string) => Array.from({ length: 4 }, () => release);

    test('restores all of them', async () => {
      await machine.snapshot();
      await deploy('bad');
      expect(await parts()).toEqual(all('bad'));
      const { log } = await machine.rollback();
      expect(log.match(/✅ identity of /g)).toHaveLength(3);
      expect(await parts()).toEqual(all('good'));
    });

    test('a second run completes the restore after a kill (-9) after any change', async () => {
      await machine.snapshot();
      for (let change = 1, killed = true; killed; change += 3) {
        await deploy('bad');
        killed = await machine.killAfter(change);
        if (killed) await machine.rollbackAgain();
        expect(await parts(), `change ${change}`).toEqual(all('good'));
        machine.forgetRollbacks();
      }
    });

    test.each([
      ['the database is damaged', 'copy.db'],
      ['the archive is damaged', 'files.tar'],
      ['the settings of the container are damaged', 'container.json'],
      ['the image is missing', undefined],
    ])('restores none of them if %s', async (_, file) => {
      await machine.snapshot();
      await deploy('bad');
      if (file === undefined) {
        const tags = await daemon.docker('images', '--format', '{{.Repository}}:{{.Tag}}');
        const gone = tags.split('\n').filter((tag) => tag !== 'app:bad');
        await daemon.docker('rmi', ...gone);
      } else {
        const snapshots = join(machine.state, 'production', 'snapshots');
        const path = readdirSync(snapshots, { recursive: true, encoding: 'utf8' }).find((one) =>
          one.endsWith(file),
        );
        appendFileSync(join(snapshots, path ?? ''), 'x');
      }
      await using result = await machine.run();
      expect(result.outputs, result.log).toMatchObject({ result: 'no-target' });
      expect(await parts()).toEqual(all('bad'));
    });

    test('restores none of them if the disk is full', async () => {
      await using other = startMachine({
        strategies: '- docker: {container: app}\n- files: {paths: [config/big]}',
        inputs: { 'verify-command': 'true' },
        env: { DOCKER_HOST: daemon.host },
      });
      // A small separate disk. The snapshot was taken while it had free space.
      const disk = join(other.workspace, 'config');
      mkdirSync(disk);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk]);
      try {
        writeFileSync(join(disk, 'big'), Buffer.alloc(1_000_000, 'g'));
        await other.snapshot();
        await run('bad');
        writeFileSync(join(disk, 'big'), 'bad');
        writeFileSync(join(disk, 'filler'), Buffer.alloc(1_500_000));
        await using result = await other.run();
        expect(result.outputs, result.log).toMatchObject({ result: 'no-target' });
        expect(result.log).toMatch(/the disk of .* has .* free, but 1MB are needed/);
        expect(readFileSync(join(disk, 'big'), 'utf8')).toBe('bad');
        expect(await daemon.docker('inspect', '-f', '{{.Config.Image}}', 'app')).toBe('app:bad');
      } finally {
        execFileSync('umount', [disk]);
      }
    });

    async function run(release: string): Promise<void> {
      await daemon.docker('rm', '-f', 'app').catch(() => {});
      await daemon.docker(
        ...['run', '-d', '--name', 'app', '--network', 'none', '--stop-signal', 'KILL'],
        `app:${release}`,
      );
    }
  },
);
