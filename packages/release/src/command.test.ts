import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { git } from '@repo/testkit/git/repository';
import { expect, test, vi } from 'vitest';
import { startSampleRepository } from './testing/sample-repository.ts';

// Each test starts dozens of git processes.
vi.setConfig({ testTimeout: 60_000 });

const VERSION = ['--version', '1.2.0'];

test('builds the same commit in two clones, as a child of the source, without changing the clones', async () => {
  using sample = startSampleRepository();
  const [one, two] = [sample.clone(), sample.clone()];
  git(two, 'config', 'user.name', 'Another Author');
  const sha = await sample.sha(one, 'build', ...VERSION);
  expect(sha).toMatch(/^[0-9a-f]{40}$/);
  expect(await sample.sha(two, 'build', ...VERSION)).toBe(sha);
  expect(git(one, 'rev-parse', `${sha}^`)).toBe(git(one, 'rev-parse', 'HEAD'));
  expect(git(one, 'status', '--porcelain')).toBe('');
  expect(git(one, 'tag')).toBe('');
});

test('puts actions at the root and includes unchanged workflows and checksums', async () => {
  using sample = startSampleRepository();
  const clone = sample.clone();
  const sha = await sample.sha(clone, 'build', ...VERSION);
  expect(git(clone, 'ls-tree', '-r', '--name-only', sha).split('\n')).toEqual([
    '.github/workflows/ci.yml',
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'SECURITY.md',
    'SHA256SUMS',
    'action.yml',
    'guard/LICENSE',
    'guard/README.md',
    'guard/action.yml',
    'ping/LICENSE',
    'ping/README.md',
    'ping/action.yml',
    'ping/dist/index.js',
    'ping/report.schema.json',
  ]);
  const workflows = (commit: string) => git(clone, 'rev-parse', `${commit}:.github/workflows`);
  expect(workflows(sha)).toBe(workflows('HEAD'));
  const source = git(clone, 'rev-parse', 'HEAD');
  expect(git(clone, 'show', `${sha}:README.md`)).toBe(
    `[ping](ping/README.md), [more](../../blob/${source}/docs/more.md)`,
  );
  expect(git(clone, 'show', `${sha}:SHA256SUMS`).split('\n')).toHaveLength(14);
});

test.each([['--help'], ['build', '--help'], []])('%s prints the usage', async (...argv) => {
  using sample = startSampleRepository();
  const lines = await sample.release(sample.clone(), ...argv);
  expect(lines.join('\n')).toMatch(/^pnpm release build .*pnpm release mirror /s);
});

test.each([
  ['an invalid version', '1.2', /"1.2" is not a valid version/],
  ['a version that is not in the source', '1.4.0', /The source is version 1\.2\.0, not 1\.4\.0/],
])('rejects %s', async (_, version, problem) => {
  using sample = startSampleRepository();
  const clone = sample.clone();
  await expect(sample.release(clone, 'build', '--version', version)).rejects.toThrow(problem);
});

test.each([
  ['a change', 'README.md'],
  ['an untracked file', 'new.txt'],
])('rejects %s in the working tree', async (_, file) => {
  using sample = startSampleRepository();
  const clone = sample.clone();
  writeFileSync(join(clone, file), 'other\n');
  await expect(sample.release(clone, 'build', ...VERSION)).rejects.toThrow(file);
});

test('rejects a shallow clone', async () => {
  using sample = startSampleRepository();
  const clone = sample.clone();
  sample.prepare(clone, '1.2.0', { 'a.txt': 'a\n' });
  const shallow = join(clone, '../cut');
  git(clone, 'clone', '--quiet', '--depth', '1', `file://${sample.remote}`, shallow);
  await expect(sample.release(shallow, 'build', ...VERSION)).rejects.toThrow('--unshallow');
});

test('references siblings by repository and tag with --stamp', async () => {
  using sample = startSampleRepository();
  const clone = sample.clone();
  const sha = await sample.sha(clone, 'build', ...VERSION, '--stamp', 'org/actions');
  expect(git(clone, 'show', `${sha}:guard/action.yml`)).toContain('uses: org/actions/ping@v1.2.0');
  expect(git(clone, 'show', `${sha}:.github/workflows/ci.yml`)).toContain(
    'uses: org/actions/.github/workflows/b.yml@v1.2.0',
  );
});

test.each([
  [['build'], '--version 1.2.3'],
  [['publish', ...VERSION], '--remote is required'],
  [['verify', ...VERSION], 'Two different builds are required'],
  [['verify', ...VERSION, '--from', 'a', '--from', 'a'], 'Two different builds are required'],
  [['build', ...VERSION, '--out', 'a'], '--sbom is required'],
  [['mirror', 'ping', ...VERSION, '--remote', 'origin'], '--repository is required'],
  [['build', ...VERSION, '--stamp', 'nothing'], 'is not a valid repository'],
  [['build', ...VERSION, '--force'], "Unknown option '--force'"],
  [['unpublish'], 'Unknown command "unpublish"'],
])('rejects %j with usage', async (argv, problem) => {
  using sample = startSampleRepository();
  await expect(sample.release(sample.clone(), ...argv)).rejects.toThrow(problem);
});
