import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildImage, cleanUp, cleanUpByScript, listAll, readAudit } from './docker-cleanup.ts';
import { type Dockerd, dockerEngine, startDockerd } from './dockerd.ts';

const TESTING = ['--label', 'environment=testing'];

describe.skipIf(dockerEngine.path === undefined)(
  `docker-label-cleanup removes only selected objects ${dockerEngine.needs}`,
  () => {
    let daemon: Dockerd;
    beforeAll(async () => {
      daemon = await startDockerd();
    });
    afterAll(() => daemon?.[Symbol.asyncDispose]());
    beforeEach(async () => {
      await daemon.clear();
      await daemon.importBusybox('box:1');
    });
    const create = (...args: string[]) => daemon.docker('create', '--network', 'none', ...args);

    test('removes one of two tags of an image; the script removes both', async () => {
      const both = ['app:testing', 'app:production'];
      await buildImage(daemon, both);
      await using result = await cleanUp(daemon);
      expect((await listAll(daemon)).images).toEqual(['app:production', 'box:1']);
      expect(await readAudit(result)).toEqual([
        'image app:production: protected',
        'image app:testing: removed',
      ]);
      await daemon.docker('tag', 'app:production', 'app:testing');
      await cleanUpByScript(daemon.host);
      expect((await listAll(daemon)).images).toEqual(['box:1']);
    });

    test('keeps tags that protect matches or that tags does not match', async () => {
      await buildImage(daemon, ['app:testing', 'app:v1', 'app:v2']);
      await using first = await cleanUp(daemon, { protect: 'tag:*:v?' });
      expect(first.outputs['removed-images']).toBe('app:testing');
      await daemon.docker('tag', 'app:v1', 'app:testing');
      await using second = await cleanUp(daemon, { tags: 'app:testing\napp:v1' });
      expect((await listAll(daemon)).images).toEqual(['app:v2', 'box:1']);
      expect(second.outputs.removed).toBe('2');
    });

    test('keeps a stopped production container, its volume and its dangling image; the script removes them', async () => {
      const old = await buildImage(daemon, ['shop:1'], { label: 'by=hand', from: 'box:1' });
      await daemon.docker('volume', 'create', 'shop-data');
      await create('--name', 'shop', '-v', 'shop-data:/data', 'shop:1');
      // The tag moves to a new image, so the old one is dangling.
      await buildImage(daemon, ['shop:1'], { label: 'by=hand2', from: 'box:1' });
      // The removal of an image built on the dangling one must not remove its parent.
      await buildImage(daemon, ['app:testing'], { from: old });
      await create('--name', 'test-1', ...TESTING, 'app:testing');
      await using result = await cleanUp(daemon, {
        resources: 'containers,images,networks,volumes',
      });
      expect(result.outputs).toMatchObject({ removed: '2', failed: '0' });
      expect(await listAll(daemon)).toEqual({
        containers: ['shop'],
        images: ['<none>:<none>', 'box:1', 'shop:1'],
        networks: [],
        volumes: ['shop-data'],
      });
      // The first run removes the container, the second run the image.
      await cleanUpByScript(daemon.host);
      await cleanUpByScript(daemon.host);
      expect(await listAll(daemon)).toMatchObject({
        containers: [],
        images: ['box:1', 'shop:1'],
      });
    });

    test('requires all labels of a group; a line "or" starts another group', async () => {
      await create('--name', 'both', ...TESTING, '--label', 'managed-by=ci', 'box:1');
      await create('--name', 'one', ...TESTING, 'box:1');
      await create('--name', 'other', '--label', 'tmp=1', 'box:1');
      await create('--name', 'similar', '--label', 'environment=testing2', 'box:1');
      const labels = 'environment=testing\nmanaged-by=ci\nor\ntmp';
      await using result = await cleanUp(daemon, { labels });
      expect((await listAll(daemon)).containers).toEqual(['one', 'similar']);
      expect(result.outputs['removed-containers']?.split(',').sort()).toEqual(['both', 'other']);
    });

    test('label-source: own ignores inherited labels', async () => {
      await buildImage(daemon, ['app:testing'], { from: 'box:1' });
      await create('--name', 'by-hand', 'app:testing');
      await create(
        '--name',
        'by-ci',
        '--label',
        'environment=testing',
        '--label',
        'job=1',
        'box:1',
      );
      await using own = await cleanUp(daemon, { 'label-source': 'own' });
      expect((await listAll(daemon)).containers).toEqual(['by-hand']);
      // The other container uses the image.
      expect(await readAudit(own)).toEqual([
        'container by-ci: removed',
        'image app:testing: in-use',
      ]);
      await using any = await cleanUp(daemon);
      expect(await listAll(daemon)).toMatchObject({ containers: [], images: ['box:1'] });
      expect(any.outputs.removed).toBe('2');
    });

    test('removes the networks, named and anonymous volumes of a Compose project, as down -v does', async () => {
      const project = ['--label', 'com.docker.compose.project=shop-test'];
      await daemon.docker('network', 'create', '--internal', ...project, 'shop-test_default');
      await daemon.docker('volume', 'create', ...project, 'shop-test_data');
      await daemon.docker('volume', 'create', 'keep-me');
      await daemon.docker(
        ...['run', '-d', '--name', 'shop-test-db-1', '--network', 'shop-test_default', ...project],
        ...['-v', 'shop-test_data:/data', '-v', 'keep-me:/kept', '-v', '/anonymous', 'box:1'],
      );
      expect((await listAll(daemon)).volumes).toHaveLength(3);
      await using result = await cleanUp(daemon, {
        labels: 'com.docker.compose.project=shop-test',
      });
      expect(await listAll(daemon)).toMatchObject({
        containers: [],
        networks: [],
        volumes: ['keep-me'],
      });
      const anonymous = (await readAudit(result)).filter((line) =>
        /volume [0-9a-f]{64}/.test(line),
      );
      expect(anonymous).toEqual([expect.stringMatching(/: removed$/)]);
      expect(result.outputs.removed).toBe('4');
    });

    test('anonymous-volumes: false keeps anonymous volumes', async () => {
      await create('--name', 'aa', ...TESTING, '-v', '/anonymous', 'box:1');
      await using _ = await cleanUp(daemon, { 'anonymous-volumes': 'false' });
      expect(await listAll(daemon)).toMatchObject({
        containers: [],
        volumes: [expect.any(String)],
      });
    });

    test('keeps objects that a stopped container uses', async () => {
      await daemon.docker('network', 'create', '--internal', ...TESTING, 'net');
      await daemon.docker('volume', 'create', ...TESTING, 'data');
      await buildImage(daemon, ['app:testing'], { from: 'box:1' });
      await daemon.docker(
        'create',
        '--name',
        'prod',
        '--label',
        'environment=production',
        '--network',
        'net',
        '-v',
        'data:/d',
        'app:testing',
      );
      await using result = await cleanUp(daemon, { 'fail-on': 'leftover' });
      expect(result.exitCode).toBe(1);
      expect(result.outputs).toMatchObject({
        verdict: 'warn',
        removed: '0',
        'in-use': '3',
        leftovers: '3',
      });
      expect(result.summary).toContain('container prod');
      expect(await listAll(daemon)).toMatchObject({ networks: ['net'], volumes: ['data'] });
      await daemon.docker('start', 'prod');
    });

    test('keeps containers whose processes or memory a kept container shares', async () => {
      const run = (name: string, ...args: string[]) =>
        daemon.docker(
          ...['run', '-d', '--network=none', '--name', name, ...args],
          ...['box:1', 'sleep', '1000'],
        );
      await run('base', ...TESTING, '--ipc=shareable');
      await run('middle', ...TESTING, '--ipc=container:base');
      await run('debugger', '--pid=container:middle');
      await run('other', ...TESTING);
      await run('beside', ...TESTING, '--pid=container:other');
      await using result = await cleanUp(daemon);
      expect(await readAudit(result)).toEqual([
        'container base: in-use',
        'container beside: removed',
        'container middle: in-use',
        'container other: removed',
      ]);
      expect(result.summary).toContain('container debugger');
      expect(await daemon.docker('inspect', '-f', '{{.State.Running}}', 'debugger')).toBe('true');
    });

    test('running: skip keeps running containers and what they use', async () => {
      await daemon.docker('network', 'create', '--internal', ...TESTING, 'net');
      await daemon.docker('run', '-d', '--name', 'busy', '--network', 'net', ...TESTING, 'box:1');
      await create('--name', 'idle', ...TESTING, 'box:1');
      await using result = await cleanUp(daemon, { running: 'skip' });
      expect(await readAudit(result)).toEqual([
        'container busy: running',
        'container idle: removed',
        'network net: in-use',
      ]);
    });

    test('protect by label, name and ID overrides labels', async () => {
      const id = await create('--name', 'by-id', ...TESTING, 'box:1');
      await create('--name', 'prod-1', ...TESTING, 'box:1');
      await create('--name', 'labelled', ...TESTING, '--label', 'keep', 'box:1');
      await create('--name', 'gone', ...TESTING, 'box:1');
      const protect = `name:prod-*\nkeep\nid:${id.slice(0, 12)}`;
      await using result = await cleanUp(daemon, { protect });
      expect((await listAll(daemon)).containers).toEqual(['by-id', 'labelled', 'prod-1']);
      expect(result.outputs).toMatchObject({ protected: '3', removed: '1', verdict: 'pass' });
    });

    test('keeps the objects of the runner and of buildx builders', async () => {
      await daemon.docker('network', 'create', '--internal', ...TESTING, 'github_network_0123');
      await create('--name', 'service', ...TESTING, '--label', 'a1b2c3', 'box:1');
      await create('--name', 'buildx_buildkit_b0', ...TESTING, 'box:1');
      await daemon.docker('volume', 'create', ...TESTING, 'buildx_buildkit_b0_state');
      await using result = await cleanUp(daemon);
      expect(result.outputs).toMatchObject({ removed: '0', protected: '4' });
      await using disabled = await cleanUp(daemon, { protect: '!buildx' });
      expect(disabled.outputs).toMatchObject({ removed: '2', protected: '2' });
    });

    test('removes nothing if more objects are selected than max-deletions', async () => {
      for (const name of ['aa', 'bb', 'cc']) await create('--name', name, ...TESTING, 'box:1');
      await using result = await cleanUp(daemon, { 'max-deletions': '2' });
      expect(result.exitCode).toBe(1);
      expect(result.annotations[0]?.message).toMatch(/max-deletions: .*less than the 3 objects/);
      expect((await listAll(daemon)).containers).toEqual(['aa', 'bb', 'cc']);
    });

    test('mode: plan removes nothing and lists every object with its outcome and reason', async () => {
      await create('--name', 'aa', ...TESTING, 'box:1');
      await create('--name', 'prod', ...TESTING, 'box:1');
      await using result = await cleanUp(daemon, { mode: 'plan', protect: 'name:prod' });
      expect(result.outputs).toMatchObject({ planned: '1', removed: '0', verdict: 'pass' });
      expect((await listAll(daemon)).containers).toEqual(['aa', 'prod']);
      expect(await readAudit(result)).toEqual([
        'container aa: planned',
        'container prod: protected',
      ]);
      expect(result.summary).toMatch(
        /planned \| container \| <code>aa<\/code> \| environment\\=testing/,
      );
      expect(result.summary).toMatch(/protected \| container \| <code>prod<\/code> \| name:prod/);
      expect(result.summary).toContain('<code>box:1</code>');
    });

    test('prunes build cache only if resources has build-cache', async () => {
      await using result = await cleanUp(daemon, {
        resources: 'build-cache',
        'build-cache-older-than': '1s',
      });
      expect(result.outputs).toMatchObject({ verdict: 'pass', 'reclaimed-bytes': '0' });
    });
  },
);
