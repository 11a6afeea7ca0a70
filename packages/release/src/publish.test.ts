import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { git } from '@repo/testkit/git/repository';
import { expect, test, vi } from 'vitest';
import { startSampleRepository } from './testing/sample-repository.ts';

// Each test starts dozens of git processes.
vi.setConfig({ testTimeout: 60_000 });

const VERSION = ['--version', '1.2.0'];

test('publishes the release tag and moves the minor and major tags', async () => {
  using sample = startSampleRepository();
  const clone = sample.clone();
  const first = await sample.publish(clone, '1.2.0');
  expect(sample.tags()).toEqual({ v1: first, 'v1.2': first, 'v1.2.0': first });
  sample.prepare(clone, '1.3.0');
  const second = await sample.publish(clone, '1.3.0');
  expect(sample.tags()).toEqual({
    v1: second,
    'v1.2': first,
    'v1.2.0': first,
    'v1.3': second,
    'v1.3.0': second,
  });
});

test('pushes nothing if the second build differs', async () => {
  using sample = startSampleRepository();
  const [clone, other] = [sample.clone(), sample.clone()];
  const one = await sample.build(clone, '1.2.0');
  const two = await sample.build(other, '1.2.0', 'pong');
  const builds = ['--from', one, '--from', two];
  const publish = sample.release(clone, 'publish', ...VERSION, ...builds, '--remote', 'origin');
  await expect(publish).rejects.toThrow(/The builds differ: .*ping\/dist\/index\.js/s);
  expect(sample.tags()).toEqual({});
});

test('pushes nothing if the SBOM of the second build differs', async () => {
  using sample = startSampleRepository();
  const [clone, other] = [sample.clone(), sample.clone()];
  const [one, two] = [await sample.build(clone, '1.2.0'), await sample.build(other, '1.2.0')];
  const sbom = join(two, 'sbom.spdx.json');
  writeFileSync(sbom, readFileSync(sbom, 'utf8').replace('yaml', 'yamI'));
  const builds = ['--from', one, '--from', two];
  const publish = sample.release(clone, 'publish', ...VERSION, ...builds, '--remote', 'origin');
  await expect(publish).rejects.toThrow('only the SBOM differs');
  expect(sample.tags()).toEqual({});
});

test('pushes nothing if the second build is a copy of the first', async () => {
  using sample = startSampleRepository();
  const clone = sample.clone();
  const one = await sample.build(clone, '1.2.0');
  const copy = join(one, '../copy');
  cpSync(one, copy, { recursive: true });
  const builds = ['--from', one, '--from', copy];
  const publish = sample.release(clone, 'publish', ...VERSION, ...builds, '--remote', 'origin');
  await expect(publish).rejects.toThrow('contain the same build');
  expect(sample.tags()).toEqual({});
});

test('names a folder that does not exist', async () => {
  using sample = startSampleRepository();
  const clone = sample.clone();
  const one = await sample.build(clone, '1.2.0');
  const verify = (two: string) =>
    sample.release(clone, 'verify', ...VERSION, '--from', one, '--from', two);
  await expect(verify('missing')).rejects.toThrow(
    `--from: ${join(clone, 'missing')} does not exist`,
  );
  await expect(verify('docs')).rejects.toThrow(
    `--from: ${join(clone, 'docs', 'release.bundle')} does not exist`,
  );
});

test('pushes nothing if another commit is checked out, or the build is of another version', async () => {
  using sample = startSampleRepository();
  const [clone, other] = [sample.clone(), sample.clone()];
  const from = [await sample.build(clone, '1.2.0'), await sample.build(other, '1.2.0')];
  const publish = (version: string) =>
    sample.release(
      clone,
      ...['publish', '--version', version, '--remote', 'origin'],
      ...from.flatMap((folder) => ['--from', folder]),
    );
  await expect(publish('1.2.1')).rejects.toThrow('does not contain exactly the release v1.2.1');
  sample.prepare(clone, '1.2.0', { 'new.txt': 'new\n' });
  await expect(publish('1.2.0')).rejects.toThrow(
    /was built from [0-9a-f]{40}, but [0-9a-f]{40} is/,
  );
  expect(sample.tags()).toEqual({});
});

test('a release candidate moves no tag, and does not count for the final version', async () => {
  using sample = startSampleRepository();
  const clone = sample.clone();
  await sample.publish(clone, '1.2.0');
  const published = sample.tags();
  sample.prepare(clone, '9.8.7-rc.1');
  const candidate = await sample.publish(clone, '9.8.7-rc.1');
  expect(sample.tags()).toEqual({ ...published, 'v9.8.7-rc.1': candidate });
  expect(
    await sample.release(clone, 'move', '--version', '9.8.7-rc.1', '--remote', 'origin'),
  ).toEqual(['No tag has to move.']);
  sample.prepare(clone, '9.8.7');
  const final = await sample.publish(clone, '9.8.7');
  expect(sample.tags()).toMatchObject({ v9: final, 'v9.8': final, 'v9.8.7': final });
  // The changelog of the final version contains all changes since the last final version.
  const changelog = git(clone, 'show', `${final}:CHANGELOG.md`);
  expect(changelog).toMatch(/## 9\.8\.7 .*## 1\.2\.0 /s);
  expect(changelog).not.toContain('-rc.1');
  sample.prepare(clone, '9.8.7-rc.2');
  await expect(sample.publish(clone, '9.8.7-rc.2')).rejects.toThrow('is older than 9.8.7');
});

test('does not move v1 for a fix of an older minor version', async () => {
  using sample = startSampleRepository();
  const clone = sample.clone();
  await sample.publish(clone, '1.2.0');
  sample.prepare(clone, '1.3.0');
  const newer = await sample.publish(clone, '1.3.0');
  sample.prepare(clone, '1.2.1');
  const late = await sample.publish(clone, '1.2.1');
  expect(sample.tags()).toMatchObject({ v1: newer, 'v1.2': late, 'v1.3': newer });
});

test('builds the same changelog in a clone made after the earlier release', async () => {
  using sample = startSampleRepository();
  const clone = sample.clone();
  await sample.publish(clone, '1.2.0');
  sample.prepare(clone, '1.3.0');
  const sha = await sample.sha(clone, 'build', '--version', '1.3.0');
  expect(await sample.sha(sample.clone(), 'build', '--version', '1.3.0')).toBe(sha);
  expect(git(clone, 'show', `${sha}:CHANGELOG.md`)).toMatch(/## 1\.3\.0 .*## 1\.2\.0 /s);
});

test('completes an interrupted publish, and rejects another commit of the same version', async () => {
  using sample = startSampleRepository();
  const [clone, other] = [sample.clone(), sample.clone()];
  const from = [await sample.build(clone, '1.2.0'), await sample.build(other, '1.2.0')];
  const publish = (folder: string, folders: readonly string[], ...options: readonly string[]) =>
    sample.sha(
      folder,
      ...['publish', ...VERSION, '--remote', 'origin', ...options],
      ...folders.flatMap((one) => ['--from', one]),
    );
  const sha = await publish(clone, from, '--keep-moving-tags');
  expect(sample.tags()).toEqual({ 'v1.2.0': sha });
  await expect(sample.release(clone, 'build', ...VERSION)).rejects.toThrow('v1.2.0 already exists');
  expect(await publish(clone, from)).toBe(sha);
  expect(sample.tags()).toEqual({ v1: sha, 'v1.2': sha, 'v1.2.0': sha });
  const move = ['move', ...VERSION, '--remote', 'origin'];
  expect(await sample.release(clone, ...move)).toEqual(['No tag has to move.']);

  sample.prepare(other, '1.2.0', { 'docs/more.md': 'other\n' });
  const third = sample.clone();
  git(third, 'tag', '--delete', 'v1.2.0');
  const late = [await sample.build(other, '1.2.0'), await sample.build(third, '1.2.0')];
  await expect(publish(other, late)).rejects.toThrow(`already on origin, as ${sha}`);
  expect(sample.tags()).toEqual({ v1: sha, 'v1.2': sha, 'v1.2.0': sha });
});

test('rejects moving tags to an unpublished version', async () => {
  using sample = startSampleRepository();
  const move = sample.release(sample.clone(), 'move', ...VERSION, '--remote', 'origin');
  await expect(move).rejects.toThrow('is not on origin');
});

test('reports the error message of git', async () => {
  using sample = startSampleRepository();
  const missing = join(sample.clone(), 'missing.git');
  await expect(sample.sha(sample.clone(), 'move', ...VERSION, '--remote', missing)).rejects.toThrow(
    /^git ls-remote failed: fatal: '.*missing\.git' does not appear to be a git repository/,
  );
});
