import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { audited, buildImage, cleanUp, cleanUpByScript, everything } from './docker-cleanup.ts';
import { type Dockerd, dockerEngine, startDockerd } from './dockerd.ts';

const TESTING = ['--label', 'environment=testing'];

describe.skipIf(dockerEngine.path === undefined)(
  `docker-label-cleanup removes what it shall and nothing else ${dockerEngine.needs}`,
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

    test('of an image with two tags the testing one goes; the script destroys both', async () => {
      const both = ['app:testing', 'app:production'];
      await buildImage(daemon, both);
      await using result = await cleanUp(daemon);
      expect((await everything(daemon)).images).toEqual(['app:production', 'box:1']);
      expect(await audited(result)).toEqual([
        'image app:production: protected',
        'image app:testing: removed',
      ]);
      await daemon.docker('tag', 'app:production', 'app:testing');
      await cleanUpByScript(daemon.host);
      expect((await everything(daemon)).images).toEqual(['box:1']);
    });

    test('any tag that protect names, or that tags does not name, stays', async () => {
      await buildImage(daemon, ['app:testing', 'app:v1', 'app:v2']);
      await using first = await cleanUp(daemon, { protect: 'tag:*:v?' });
      expect(first.outputs['removed-images']).toBe('app:testing');
      await daemon.docker('tag', 'app:v1', 'app:testing');
      await using second = await cleanUp(daemon, { tags: 'app:testing\napp:v1' });
      expect((await everything(daemon)).images).toEqual(['app:v2', 'box:1']);
      expect(second.outputs.removed).toBe('2');
    });

    test('a stopped production container, its volume and its dangling image survive; the script destroys them', async () => {
      const old = await buildImage(daemon, ['shop:1'], { label: 'by=hand', from: 'box:1' });
      await daemon.docker('volume', 'create', 'shop-data');
      await create('--name', 'shop', '-v', 'shop-data:/data', 'shop:1');
      // A newer one takes the tag: the old image dangles.
      await buildImage(daemon, ['shop:1'], { label: 'by=hand2', from: 'box:1' });
      // A testing image was built on the dangling one: it shall not take its parent along.
      await buildImage(daemon, ['app:testing'], { from: old });
      await create('--name', 'test-1', ...TESTING, 'app:testing');
      await using result = await cleanUp(daemon, {
        resources: 'containers,images,networks,volumes',
      });
      expect(result.outputs).toMatchObject({ removed: '2', failed: '0' });
      expect(await everything(daemon)).toEqual({
        containers: ['shop'],
        images: ['<none>:<none>', 'box:1', 'shop:1'],
        networks: [],
        volumes: ['shop-data'],
      });
      // At its first run the container, at the next one the image.
      await cleanUpByScript(daemon.host);
      await cleanUpByScript(daemon.host);
      expect(await everything(daemon)).toMatchObject({
        containers: [],
        images: ['box:1', 'shop:1'],
      });
    });

    test('all labels of a group have to match; a line "or" begins another group', async () => {
      await create('--name', 'both', ...TESTING, '--label', 'managed-by=ci', 'box:1');
      await create('--name', 'one', ...TESTING, 'box:1');
      await create('--name', 'other', '--label', 'tmp=1', 'box:1');
      await create('--name', 'similar', '--label', 'environment=testing2', 'box:1');
      const labels = 'environment=testing\nmanaged-by=ci\nor\ntmp';
      await using result = await cleanUp(daemon, { labels });
      expect((await everything(daemon)).containers).toEqual(['one', 'similar']);
      expect(result.outputs['removed-containers']?.split(',').sort()).toEqual(['both', 'other']);
    });

    test('label-source: own tells an inherited label from an own one', async () => {
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
      expect((await everything(daemon)).containers).toEqual(['by-hand']);
      // The image is in use by the container that is not ours.
      expect(await audited(own)).toEqual(['container by-ci: removed', 'image app:testing: in-use']);
      await using any = await cleanUp(daemon);
      expect(await everything(daemon)).toMatchObject({ containers: [], images: ['box:1'] });
      expect(any.outputs.removed).toBe('2');
    });

    test('networks, named and anonymous volumes; what compose made goes as with down -v', async () => {
      const project = ['--label', 'com.docker.compose.project=shop-test'];
      await daemon.docker('network', 'create', '--internal', ...project, 'shop-test_default');
      await daemon.docker('volume', 'create', ...project, 'shop-test_data');
      await daemon.docker('volume', 'create', 'keep-me');
      await daemon.docker(
        ...['run', '-d', '--name', 'shop-test-db-1', '--network', 'shop-test_default', ...project],
        ...['-v', 'shop-test_data:/data', '-v', 'keep-me:/kept', '-v', '/anonymous', 'box:1'],
      );
      expect((await everything(daemon)).volumes).toHaveLength(3);
      await using result = await cleanUp(daemon, {
        labels: 'com.docker.compose.project=shop-test',
      });
      expect(await everything(daemon)).toMatchObject({
        containers: [],
        networks: [],
        volumes: ['keep-me'],
      });
      const anonymous = (await audited(result)).filter((line) => /volume [0-9a-f]{64}/.test(line));
      expect(anonymous).toEqual([expect.stringMatching(/: removed$/)]);
      expect(result.outputs.removed).toBe('4');
    });

    test('anonymous-volumes: false keeps them', async () => {
      await create('--name', 'aa', ...TESTING, '-v', '/anonymous', 'box:1');
      await using _ = await cleanUp(daemon, { 'anonymous-volumes': 'false' });
      expect(await everything(daemon)).toMatchObject({
        containers: [],
        volumes: [expect.any(String)],
      });
    });

    test('what is used by something that stays is skipped and said; a stopped user of a network counts', async () => {
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
      expect(await everything(daemon)).toMatchObject({ networks: ['net'], volumes: ['data'] });
      await daemon.docker('start', 'prod');
    });

    test('a container whose processes or memory one that stays shares is in use, and all that it shares itself', async () => {
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
      expect(await audited(result)).toEqual([
        'container base: in-use',
        'container beside: removed',
        'container middle: in-use',
        'container other: removed',
      ]);
      expect(result.summary).toContain('container debugger');
      expect(await daemon.docker('inspect', '-f', '{{.State.Running}}', 'debugger')).toBe('true');
    });

    test('running: skip leaves running containers alone, and what they use', async () => {
      await daemon.docker('network', 'create', '--internal', ...TESTING, 'net');
      await daemon.docker('run', '-d', '--name', 'busy', '--network', 'net', ...TESTING, 'box:1');
      await create('--name', 'idle', ...TESTING, 'box:1');
      await using result = await cleanUp(daemon, { running: 'skip' });
      expect(await audited(result)).toEqual([
        'container busy: running',
        'container idle: removed',
        'network net: in-use',
      ]);
    });

    test('protect wins over labels: by label, name and ID', async () => {
      const id = await create('--name', 'by-id', ...TESTING, 'box:1');
      await create('--name', 'prod-1', ...TESTING, 'box:1');
      await create('--name', 'labelled', ...TESTING, '--label', 'keep', 'box:1');
      await create('--name', 'gone', ...TESTING, 'box:1');
      const protect = `name:prod-*\nkeep\nid:${id.slice(0, 12)}`;
      await using result = await cleanUp(daemon, { protect });
      expect((await everything(daemon)).containers).toEqual(['by-id', 'labelled', 'prod-1']);
      expect(result.outputs).toMatchObject({ protected: '3', removed: '1', verdict: 'pass' });
    });

    test('the runner’s own objects and buildx builders stay, labelled or not', async () => {
      await daemon.docker('network', 'create', '--internal', ...TESTING, 'github_network_0123');
      await create('--name', 'service', ...TESTING, '--label', 'a1b2c3', 'box:1');
      await create('--name', 'buildx_buildkit_b0', ...TESTING, 'box:1');
      await daemon.docker('volume', 'create', ...TESTING, 'buildx_buildkit_b0_state');
      await using result = await cleanUp(daemon);
      expect(result.outputs).toMatchObject({ removed: '0', protected: '4' });
      await using purpose = await cleanUp(daemon, { protect: '!buildx' });
      expect(purpose.outputs).toMatchObject({ removed: '2', protected: '2' });
    });

    test('a brake: more than max-deletions, and nothing is touched', async () => {
      for (const name of ['aa', 'bb', 'cc']) await create('--name', name, ...TESTING, 'box:1');
      await using result = await cleanUp(daemon, { 'max-deletions': '2' });
      expect(result.exitCode).toBe(1);
      expect(result.annotations[0]?.message).toMatch(
        /max-deletions: "2" is less than the 3 objects/,
      );
      expect((await everything(daemon)).containers).toEqual(['aa', 'bb', 'cc']);
    });

    test('plan touches nothing and lists every object, with rule and outcome', async () => {
      await create('--name', 'aa', ...TESTING, 'box:1');
      await create('--name', 'prod', ...TESTING, 'box:1');
      await using result = await cleanUp(daemon, { mode: 'plan', protect: 'name:prod' });
      expect(result.outputs).toMatchObject({ planned: '1', removed: '0', verdict: 'pass' });
      expect((await everything(daemon)).containers).toEqual(['aa', 'prod']);
      expect(await audited(result)).toEqual(['container aa: planned', 'container prod: protected']);
      expect(result.summary).toMatch(
        /planned \| container \| <code>aa<\/code> \| environment\\=testing/,
      );
      expect(result.summary).toMatch(/protected \| container \| <code>prod<\/code> \| name:prod/);
      expect(result.summary).toContain('<code>box:1</code>');
    });

    test('build cache goes only when asked for', async () => {
      await using result = await cleanUp(daemon, {
        resources: 'build-cache',
        'build-cache-older-than': '1s',
      });
      expect(result.outputs).toMatchObject({ verdict: 'pass', 'reclaimed-bytes': '0' });
    });
  },
);
