import { join } from 'node:path';
import { git } from '@repo/testkit/git/repository';
import { expect, test, vi } from 'vitest';
import { startSampleRepository } from './testing/sample-repository.ts';

// Each test starts dozens of git processes.
vi.setConfig({ testTimeout: 60_000 });

/** A sample repository with an empty mirror. */
function start() {
  const sample = startSampleRepository();
  const clone = sample.clone();
  const remote = join(clone, '../mirror.git');
  git(clone, 'init', '--quiet', '--bare', '--initial-branch=main', remote);
  const mirror = (action: string, version: string) =>
    sample.sha(
      clone,
      ...['mirror', action, '--version', version, '--remote', remote],
      ...['--repository', `acme/${action}`, '--source', 'acme/actions'],
    );
  return { ...sample, clone, remote, mirror };
}

test('publishes the files of one action at the root, with tags and main', async () => {
  using sample = start();
  const { clone, remote, mirror } = sample;
  const release = await sample.publish(clone, '1.2.0');
  const commit = await mirror('ping', '1.2.0');
  expect(sample.tags(remote)).toEqual({ v1: commit, 'v1.2': commit, 'v1.2.0': commit });
  expect(git(remote, 'rev-parse', 'main')).toBe(commit);
  expect(git(remote, 'ls-tree', '-r', '--name-only', 'main').split('\n')).toEqual([
    'LICENSE',
    'README.md',
    'action.yml',
    'dist/index.js',
    'report.schema.json',
  ]);
  expect(git(remote, 'log', '-1', '--format=%B', 'main')).toContain(`From acme/actions@${release}`);
  // The clone keeps the tags of the source repository.
  expect(git(clone, 'rev-parse', 'v1.2.0')).toBe(release);
  expect(git(clone, 'tag')).not.toContain('v1\n');
});

test('names the mirror in the snippets of its README, and the source in links', async () => {
  using sample = start();
  const { clone, remote, mirror } = sample;
  const readme = [
    'uses: org/actions/ping@v1',
    'uses: org/actions/ping@0123456789 # v1.2.0',
    'uses: org/actions/guard@v1',
    '[guard](../guard/README.md) [schema](report.schema.json) [docs](../../docs/more.md)',
  ];
  sample.prepare(clone, '1.2.0', { 'actions/ping/README.md': readme.join('\n') });
  const release = await sample.publish(clone, '1.2.0');
  await mirror('ping', '1.2.0');
  const source = git(clone, 'rev-parse', `${release}^`);
  const base = `https://github.com/acme/actions/blob/${source}`;
  expect(git(remote, 'show', 'main:README.md').split('\n')).toEqual([
    'uses: acme/ping@v1',
    'uses: acme/ping@0123456789 # v1.2.0',
    'uses: acme/actions/guard@v1',
    `[guard](${base}/actions/guard/README.md) [schema](report.schema.json) [docs](${base}/docs/more.md)`,
  ]);
});

test('a composite action references its siblings in the source repository, by tag', async () => {
  using sample = start();
  await sample.publish(sample.clone, '1.2.0');
  await sample.mirror('guard', '1.2.0');
  expect(git(sample.remote, 'show', 'main:action.yml')).toContain('uses: acme/actions/ping@v1.2.0');
});

test('adds a commit for each version; a candidate and a late fix do not move main', async () => {
  using sample = start();
  const { clone, remote, mirror } = sample;
  const versions = ['1.2.0', '1.3.0', '1.4.0-rc.1', '1.2.1'];
  const commits: Record<string, string> = {};
  for (const version of versions) {
    sample.prepare(clone, version);
    await sample.publish(clone, version);
    commits[version] = await mirror('ping', version);
  }
  expect(git(remote, 'rev-parse', 'main', 'main^').split('\n')).toEqual([
    commits['1.3.0'],
    commits['1.2.0'],
  ]);
  expect(sample.tags(remote)).toEqual({
    v1: commits['1.3.0'],
    'v1.2': commits['1.2.1'],
    'v1.2.0': commits['1.2.0'],
    'v1.2.1': commits['1.2.1'],
    'v1.3': commits['1.3.0'],
    'v1.3.0': commits['1.3.0'],
    'v1.4.0-rc.1': commits['1.4.0-rc.1'],
  });
});

test('a second run changes nothing, completes moved tags, and rejects other files', async () => {
  using sample = start();
  const { clone, remote, mirror } = sample;
  await sample.publish(clone, '1.2.0');
  const commit = await mirror('ping', '1.2.0');
  git(remote, 'tag', '--delete', 'v1');
  expect(await mirror('ping', '1.2.0')).toBe(commit);
  expect(sample.tags(remote)).toEqual({ v1: commit, 'v1.2': commit, 'v1.2.0': commit });
  await expect(mirror('guard', '1.2.0')).rejects.toThrow(/v1\.2\.0 of .* has other files/);
  expect(sample.tags(remote)).toEqual({ v1: commit, 'v1.2': commit, 'v1.2.0': commit });
});

test('rejects an unknown action and a version that is not published', async () => {
  using sample = start();
  await expect(sample.mirror('ping', '1.2.0')).rejects.toThrow('v1.2.0 is not in this clone');
  await sample.publish(sample.clone, '1.2.0');
  await expect(sample.mirror('pong', '1.2.0')).rejects.toThrow('Unknown action "pong"');
});
