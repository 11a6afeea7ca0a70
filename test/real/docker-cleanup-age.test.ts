import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildImage, cleanUp, listAll, readAudit } from './docker-cleanup.ts';
import { startSkewedProxy } from './docker-proxy.ts';
import { type Dockerd, dockerEngine, startDockerd } from './dockerd.ts';

const TESTING = ['--label', 'environment=testing'];

describe.skipIf(dockerEngine.path === undefined)(
  `docker-label-cleanup selects by age ${dockerEngine.needs}`,
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
    const create = (name: string) =>
      daemon.docker('create', '--network', 'none', '--name', name, ...TESTING, 'box:1');

    test('min-age keeps young objects of every kind', async () => {
      await create('young');
      await daemon.docker('network', 'create', '--internal', ...TESTING, 'net');
      await daemon.docker('volume', 'create', ...TESTING, 'data');
      await buildImage(daemon, ['app:testing']);
      await using young = await cleanUp(daemon, { 'min-age': '1h' });
      expect(young.outputs).toMatchObject({ removed: '0', 'too-young': '4', verdict: 'warn' });
      // The Date header has whole seconds, so the second run is two hours later.
      await using later = await startSkewedProxy(daemon, 2 * 3_600_000);
      await using old = await cleanUp(later, { 'min-age': '1h' });
      expect(old.outputs).toMatchObject({ 'too-young': '0' });
    });

    test('measures age by the clock of the daemon', async () => {
      await create('old-there');
      await using skewed = await startSkewedProxy(daemon, 2 * 3_600_000);
      await using ahead = await cleanUp(skewed, { 'min-age': '1h' });
      expect(ahead.outputs).toMatchObject({ removed: '1', 'too-young': '0' });
      await create('young-there');
      await using behind = await startSkewedProxy(daemon, -2 * 3_600_000);
      await using result = await cleanUp(behind, { 'min-age': '1s' });
      expect(result.outputs).toMatchObject({ removed: '0', 'too-young': '1' });
    });

    test('treats an image built in 1980 as too young, unless it has a tag time', async () => {
      await loadImageOf1980(daemon, ['old:testing']);
      await using tagged = await cleanUp(daemon, { 'min-age': '1h' });
      expect(await readAudit(tagged)).toEqual(['image old:testing: too-young']);
      await daemon.clear();
      await loadImageOf1980(daemon, []);
      await using unknown = await cleanUp(daemon, { 'min-age': '1ms' });
      expect(unknown.summary).toContain('its age is unknown');
      expect(unknown.outputs).toMatchObject({ removed: '0', 'too-young': '1' });
      await using without = await cleanUp(daemon);
      expect(without.outputs.removed).toBe('1');
    });

    test('keep-last keeps the newest objects per kind, and images per repository', async () => {
      for (const tag of ['app:1', 'app:2', 'app:3', 'web:1', 'web:2'])
        await buildImage(daemon, [tag]);
      for (const name of ['one', 'two', 'three']) await create(name);
      await using result = await cleanUp(daemon, { 'keep-last': '2' });
      expect(await listAll(daemon)).toMatchObject({
        containers: ['three', 'two'],
        images: ['app:2', 'app:3', 'box:1', 'web:1', 'web:2'],
      });
      expect(result.outputs).toMatchObject({ verdict: 'pass', leftovers: '0', removed: '2' });
    });
  },
);

describe.skipIf(dockerEngine.path === undefined)(
  `docker-label-cleanup frees a full disk ${dockerEngine.needs}`,
  () => {
    let daemon: Dockerd;
    beforeAll(async () => {
      daemon = await startDockerd({ diskBytes: 128 * 2 ** 20 });
    });
    afterAll(() => daemon?.[Symbol.asyncDispose]());

    test('disk-threshold starts above the first percentage, removes the oldest first, stops at the second', async () => {
      const threshold = { 'disk-threshold': '60%>45%' };
      await fillDisk(daemon, 2);
      await using half = await cleanUp(daemon, threshold);
      expect(half.outputs).toMatchObject({ removed: '0', planned: '2' });
      expect(half.summary).toContain('disk usage is');
      await fillDisk(daemon, 6, 2);
      await using full = await cleanUp(daemon, threshold);
      const { images } = await listAll(daemon);
      // Each image takes 10% of the disk: four of eight are removed.
      expect(images).toEqual(['fat:5', 'fat:6', 'fat:7', 'fat:8'].slice(-(images?.length ?? 0)));
      expect(images?.length).toBeGreaterThanOrEqual(3);
      expect(images?.length).toBeLessThanOrEqual(4);
      expect(Number(full.outputs['reclaimed-bytes'])).toBeGreaterThan(4 * 12_000_000);
      expect(await readAudit(full)).toContain('image fat:8: skipped');
    });

    test('rejects disk-threshold with a daemon on another machine', async () => {
      await daemon.docker('context', 'create', 'far', '--docker', `host=${daemon.host}`);
      await using result = await cleanUp(
        { host: '' },
        { context: 'far', 'disk-threshold': '1%>0%' },
        { env: { DOCKER_CONFIG: join(daemon.folder, 'config') } },
      );
      expect(result.exitCode).toBe(1);
      expect(result.annotations[0]?.message).toContain('the daemon is on another machine');
    });
  },
);

/** Imports images of 13 MB of random data, one after the other. */
async function fillDisk(daemon: Dockerd, count: number, from = 0): Promise<void> {
  const folder = join(daemon.folder, 'fat');
  await mkdir(folder, { recursive: true });
  const archive = join(daemon.folder, 'fat.tar');
  for (let number = from + 1; number <= from + count; number++) {
    await writeFile(join(folder, 'data'), randomBytes(13 * 2 ** 20));
    await promisify(execFile)('tar', ['-C', folder, '-cf', archive, '.']);
    await daemon.docker(
      'import',
      '--change',
      'LABEL environment=testing',
      archive,
      `fat:${number}`,
    );
  }
}

/** Loads an image as reproducible builds create them. */
async function loadImageOf1980(daemon: Dockerd, tags: readonly string[]): Promise<void> {
  const folder = join(daemon.folder, 'image-1980');
  await mkdir(join(folder, 'layer'), { recursive: true });
  await promisify(execFile)('tar', ['-cf', join(folder, 'layer.tar'), '-T', '/dev/null']);
  const { stdout } = await promisify(execFile)('sha256sum', [join(folder, 'layer.tar')]);
  await rm(join(folder, 'layer'), { recursive: true });
  const config = {
    architecture: 'amd64',
    os: 'linux',
    created: '1980-01-01T00:00:01Z',
    config: { Labels: { environment: 'testing' } },
    rootfs: { type: 'layers', diff_ids: [`sha256:${stdout.split(' ')[0]}`] },
  };
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  await writeFile(
    join(folder, 'manifest.json'),
    JSON.stringify([{ Config: 'config.json', RepoTags: tags, Layers: ['layer.tar'] }]),
  );
  const archive = `${folder}.tar`;
  await promisify(execFile)('tar', ['-C', folder, '-cf', archive, '.']);
  await daemon.docker('load', '-i', archive);
}
