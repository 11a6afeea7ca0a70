import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildImage, cleanUp, listAll, readAudit } from './docker-cleanup.ts';
import { startStallingProxy } from './docker-proxy.ts';
import { type Dockerd, dockerEngine, startDockerd } from './dockerd.ts';

const TESTING = ['--label', 'environment=testing'];
const EMPTY = { containers: [], images: ['box:1'], networks: [], volumes: [] };

describe.skipIf(dockerEngine.path === undefined)(
  `docker-label-cleanup in repeated and concurrent runs ${dockerEngine.needs}`,
  () => {
    let daemon: Dockerd;
    let folder: string;
    beforeAll(async () => {
      daemon = await startDockerd();
      folder = await mkdtemp(join(tmpdir(), 'docker-cleanup-'));
    });
    afterAll(async () => {
      await daemon?.[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    });
    beforeEach(async () => {
      await daemon.clear();
      await daemon.importBusybox('box:1');
    });
    const create = (name: string, ...args: string[]) =>
      daemon.docker('create', '--network', 'none', '--name', name, ...TESTING, ...args, 'box:1');
    /** Creates containers, volumes, networks and images like a test run. */
    const fill = async (count: number) => {
      for (let number = 0; number < count; number++) {
        await daemon.docker('network', 'create', '--internal', ...TESTING, `net-${number}`);
        await daemon.docker('volume', 'create', ...TESTING, `volume-${number}`);
        await buildImage(daemon, [`app:testing-${number}`], { from: 'box:1' });
        await daemon.docker(
          ...['run', '-d', '--name', `test-${number}`, '--network', `net-${number}`, ...TESTING],
          ...['-v', `volume-${number}:/data`, '-v', '/anonymous', `app:testing-${number}`],
        );
      }
    };

    test('a plan applied later keeps objects that changed', async () => {
      for (const name of ['same', 'started', 'gone']) await create(name);
      for (const name of ['again', 'quiet'])
        await daemon.docker('volume', 'create', ...TESTING, name);
      await buildImage(daemon, ['app:testing'], { label: 'environment=testing v=1' });
      await buildImage(daemon, ['app:stays'], { label: 'environment=testing v=2' });
      await using planned = await cleanUp(daemon, {
        mode: 'plan',
        'plan-file': join(folder, 'plan.json'),
      });
      expect(planned.outputs).toMatchObject({
        planned: '7',
        'plan-file': join(folder, 'plan.json'),
      });

      await daemon.docker('start', 'started');
      await daemon.docker('rm', 'gone');
      await create('new');
      await daemon.docker('volume', 'rm', 'again');
      await daemon.docker(
        'volume',
        'create',
        '--label',
        'environment=testing',
        '--label',
        'v=2',
        'again',
      );
      await daemon.docker('tag', 'app:stays', 'app:testing');
      await using applied = await cleanUp(daemon, { 'plan-file': join(folder, 'plan.json') });
      expect(await listAll(daemon)).toMatchObject({
        containers: ['new', 'started'],
        volumes: ['again'],
      });
      const audit = await readAudit(applied);
      expect(audit).toEqual(
        expect.arrayContaining([
          'container gone: gone',
          'container new: kept',
          'container same: removed',
          'container started: changed',
          'image app:stays: removed',
          'image app:testing: kept',
          'volume again: changed',
          'volume quiet: removed',
        ]),
      );
      expect((await listAll(daemon)).images).toContain('app:testing');
    });

    test('rejects a plan for another daemon, and a missing plan file', async () => {
      await create('here');
      const path = join(folder, 'other.json');
      const plan = { schema: 'docker-label-cleanup-plan/v1', daemon: 'elsewhere', steps: [] };
      await writeFile(path, JSON.stringify(plan));
      await using other = await cleanUp(daemon, { 'plan-file': path });
      expect(other.annotations[0]?.message).toContain('is a plan for another daemon');
      await using missing = await cleanUp(daemon, { 'plan-file': 'no.json' });
      expect(missing.annotations[0]?.message).toContain('cannot be read (ENOENT)');
      expect([other.exitCode, missing.exitCode]).toEqual([1, 1]);
      expect((await listAll(daemon)).containers).toEqual(['here']);
    });

    test('two concurrent runs remove everything without a failure', async () => {
      await fill(6);
      const results = await Promise.all([1, 2].map(() => cleanUp(daemon)));
      expect(await listAll(daemon)).toEqual(EMPTY);
      for (const result of results) {
        expect(result.outputs).toMatchObject({ failed: '0', verdict: 'pass' });
        await result[Symbol.asyncDispose]();
      }
    });

    test('a run after a killed one removes the rest', async () => {
      await fill(6);
      // The daemon stalls, so that the run cannot finish before it is killed.
      await using stalling = await startStallingProxy(daemon, 2);
      await using killed = await cleanUp(
        stalling,
        {},
        {
          cancel: { when: /^removed container/ },
          patience: { afterInterrupt: 0, afterTerminate: 0 },
        },
      );
      expect(killed.signal).toBe('SIGKILL');
      expect(Object.values(await listAll(daemon)).flat().length).toBeGreaterThan(1);
      await using again = await cleanUp(daemon);
      expect(again.outputs).toMatchObject({ failed: '0', verdict: 'pass' });
      expect(await listAll(daemon)).toEqual(EMPTY);
    });

    test('mode: setup outputs labels for docker run, build, network create and volume create', async () => {
      await using result = await cleanUp(daemon, { mode: 'setup', when: 'main' });
      const args = result.outputs['label-args'] ?? '';
      expect(args).toMatch(
        /^--label environment=testing --label docker-label-cleanup\.run=\S+ --label docker-label-cleanup\.setup=[0-9a-f]{32}$/,
      );
      const script = `
        docker network create --internal ${args} net
        docker volume create ${args} data
        printf 'FROM scratch\\nLABEL a=b\\n' | docker build ${args} -t app:testing -
        docker run -d ${args} --network net -v data:/data box:1`;
      await promisify(execFile)('bash', ['-ec', script], {
        env: { PATH: process.env.PATH, DOCKER_HOST: daemon.host, DOCKER_BUILDKIT: '0' },
      });
      const [id] = (await daemon.docker('ps', '-q')).split('\n');
      const labels = JSON.parse(
        await daemon.docker('inspect', '--format', '{{json .Config.Labels}}', id ?? ''),
      );
      expect(Object.keys(labels)).toEqual([
        'docker-label-cleanup.run',
        'docker-label-cleanup.setup',
        'environment',
      ]);
    });

    test('mode: setup removes only its own objects at the end of a cancelled job', async () => {
      await create('other');
      await using result = await cleanUp(
        daemon,
        { mode: 'setup' },
        {
          cancel: { when: /^label-args: / },
          // The next step of the job.
          onLine: (line) => {
            const [, args] = /^label-args: (.*)$/.exec(line) ?? [];
            if (args === undefined) return;
            execFileSync('docker', ['create', '--name', 'mine', ...args.split(' '), 'box:1'], {
              env: { PATH: process.env.PATH, DOCKER_HOST: daemon.host },
            });
          },
        },
      );
      expect(result.outcome).toBe('cancelled');
      expect(result.post?.outputs).toMatchObject({ 'removed-containers': 'mine', verdict: 'pass' });
      expect((await listAll(daemon)).containers).toEqual(['other']);
    });

    test('when: post and both clean up after a cancelled main step', async () => {
      await fill(3);
      await using both = await cleanUp(
        daemon,
        { when: 'both' },
        { cancel: { when: /^removed container/ } },
      );
      expect(both.outcome).toBe('cancelled');
      expect(both.post).toMatchObject({ outcome: 'success', outputs: { failed: '0' } });
      expect(await listAll(daemon)).toEqual(EMPTY);
      await create('left');
      await using post = await cleanUp(
        daemon,
        { when: 'post' },
        { cancel: { when: /Will clean up at the end of the job/ } },
      );
      expect(post.outcome).toBe('cancelled');
      expect(post.post?.outputs).toMatchObject({ 'removed-containers': 'left' });
    });

    test('when: both cleans up after a failed main step', async () => {
      await daemon.docker('network', 'create', '--internal', ...TESTING, 'net');
      await daemon.docker('create', '--name', 'blocks', '--network', 'net', 'box:1');
      await using result = await cleanUp(
        daemon,
        { when: 'both', 'fail-on': 'leftover' },
        {
          onLine: (line) => {
            if (!/Removed 0 objects, 1 in use/.test(line)) return;
            execFileSync('docker', ['rm', 'blocks'], {
              env: { PATH: process.env.PATH, DOCKER_HOST: daemon.host },
            });
          },
        },
      );
      expect(result.outcome).toBe('failure');
      expect(result.post).toMatchObject({ outcome: 'success', outputs: { removed: '1' } });
      expect((await listAll(daemon)).networks).toEqual([]);
    });

    test('owner: run removes only objects with the label of this run', async () => {
      const github = { run_id: '77', run_attempt: '2', repository: 'acme/shop' };
      const label = (run: string) => ['--label', `docker-label-cleanup.run=acme/shop/${run}`];
      await create('own', ...label('77/2'));
      await create('earlier', ...label('77/1'));
      await create('other', ...label('78/1'));
      await create('unlabelled');
      await using result = await cleanUp(daemon, { owner: 'run' }, { github });
      expect(result.outputs['removed-containers']).toBe('own');
      await using alone = await cleanUp(
        daemon,
        { owner: 'run', labels: '' },
        { github: { ...github, run_id: '78', run_attempt: '1' } },
      );
      expect(alone.outputs['removed-containers']).toBe('other');
    });
  },
);
