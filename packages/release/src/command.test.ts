import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { git } from '@repo/testkit/git/repository';
import { expect, test, vi } from 'vitest';
import { startSampleRepository } from './testing/sample-repository.ts';

// Each test starts dozens of git processes.
vi.setConfig({ testTimeout: 30_000 });

const VERSION = ['--version', '1.2.0'];

test('builds the same commit in two clones, as a child of the source, without changing the clones', () => {
  using sample = startSampleRepository();
  const [one, two] = [sample.clone(), sample.clone()];
  git(two, 'config', 'user.name', 'Another Author');
  const sha = sample.sha(one, 'build', ...VERSION);
  expect(sha).toMatch(/^[0-9a-f]{40}$/);
  expect(sample.sha(two, 'build', ...VERSION)).toBe(sha);
  expect(git(one, 'rev-parse', `${sha}^`)).toBe(git(one, 'rev-parse', 'HEAD'));
  expect(git(one, 'status', '--porcelain')).toBe('');
  expect(git(one, 'tag')).toBe('');
});

test('puts actions at the root and includes unchanged workflows and checksums', () => {
  using sample = startSampleRepository();
  const clone = sample.clone();
  const sha = sample.sha(clone, 'build', ...VERSION);
  expect(git(clone, 'ls-tree', '-r', '--name-only', sha).split('\n')).toEqual([
    '.github/workflows/ci.yml',
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'SECURITY.md',
    'SHA256SUMS',
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
  expect(git(clone, 'show', `${sha}:SHA256SUMS`).split('\n')).toHaveLength(13);
});

test('reports the error message of git', () => {
  using sample = startSampleRepository();
  const missing = join(sample.clone(), 'missing.git');
  expect(() => sample.sha(sample.clone(), 'move', ...VERSION, '--remote', missing)).toThrow(
    /^git ls-remote failed: fatal: '.*missing\.git' does not appear to be a git repository/,
  );
});

test('publishes the release tag and moves the minor and major tags', () => {
  using sample = startSampleRepository();
  const clone = sample.clone();
  const first = sample.sha(clone, 'publish', ...VERSION, '--remote', sample.remote);
  expect(tags(sample.remote)).toEqual({ v1: first, 'v1.2': first, 'v1.2.0': first });
  sample.prepare(clone, '1.3.0');
  const second = sample.sha(clone, 'publish', '--version', '1.3.0', '--remote', 'origin');
  expect(tags(sample.remote)).toEqual({
    v1: second,
    'v1.2': first,
    'v1.2.0': first,
    'v1.3': second,
    'v1.3.0': second,
  });
});

test('does not move v1 for a fix of an older minor version', () => {
  using sample = startSampleRepository();
  const clone = sample.clone();
  sample.sha(clone, 'publish', ...VERSION, '--remote', 'origin');
  sample.prepare(clone, '1.3.0');
  const newer = sample.sha(clone, 'publish', '--version', '1.3.0', '--remote', 'origin');
  sample.prepare(clone, '1.2.1');
  const late = sample.sha(clone, 'publish', '--version', '1.2.1', '--remote', 'origin');
  expect(tags(sample.remote)).toMatchObject({ v1: newer, 'v1.2': late, 'v1.3': newer });
});

test('builds the same changelog in a clone made after the earlier release', () => {
  using sample = startSampleRepository();
  const clone = sample.clone();
  sample.sha(clone, 'publish', ...VERSION, '--remote', 'origin');
  sample.prepare(clone, '1.3.0');
  const sha = sample.sha(clone, 'build', '--version', '1.3.0');
  expect(sample.sha(sample.clone(), 'build', '--version', '1.3.0')).toBe(sha);
  expect(git(clone, 'show', `${sha}:CHANGELOG.md`)).toMatch(/## 1\.3\.0 .*## 1\.2\.0 /s);
});

test.each([
  ['an invalid version', '1.2', /"1.2" is not a valid version/],
  ['a version that is not in the source', '1.4.0', /The source is version 1\.2\.0, not 1\.4\.0/],
])('rejects %s', (_, version, problem) => {
  using sample = startSampleRepository();
  const clone = sample.clone();
  for (const command of [['build'], ['publish', '--remote', 'origin']]) {
    expect(() => sample.release(clone, ...command, '--version', version)).toThrow(problem);
  }
  expect(tags(sample.remote)).toEqual({});
});

test.each([
  ['a change', 'README.md'],
  ['an untracked file', 'new.txt'],
])('rejects %s in the working tree', (_, file) => {
  using sample = startSampleRepository();
  const clone = sample.clone();
  writeFileSync(join(clone, file), 'other\n');
  expect(() => sample.release(clone, 'build', ...VERSION)).toThrow(file);
});

test('rejects a shallow clone', () => {
  using sample = startSampleRepository();
  const clone = sample.clone();
  sample.prepare(clone, '1.2.0', { 'a.txt': 'a\n' });
  const shallow = join(clone, '../cut');
  git(clone, 'clone', '--quiet', '--depth', '1', `file://${sample.remote}`, shallow);
  expect(() => sample.release(shallow, 'build', ...VERSION)).toThrow('--unshallow');
});

test('rejects an existing local or remote tag, and move completes an interrupted publish', () => {
  using sample = startSampleRepository();
  const [clone, other] = [sample.clone(), sample.clone()];
  const args = [...VERSION, '--remote', 'origin'];
  const sha = sample.sha(clone, 'publish', ...args, '--keep-moving-tags');
  expect(tags(sample.remote)).toEqual({ 'v1.2.0': sha });
  expect(() => sample.release(clone, 'build', ...VERSION)).toThrow('v1.2.0 already exists');
  expect(() => sample.release(other, 'publish', ...args)).toThrow('pnpm release move');
  sample.release(other, 'move', ...args);
  expect(sample.release(other, 'move', ...args)).toEqual(['All tags are up to date.']);
  expect(tags(sample.remote)).toEqual({ v1: sha, 'v1.2': sha, 'v1.2.0': sha });
});

test('rejects moving tags to an unpublished version', () => {
  using sample = startSampleRepository();
  const args = ['move', ...VERSION, '--remote', 'origin'];
  expect(() => sample.release(sample.clone(), ...args)).toThrow('is not on origin');
});

test('references siblings by repository and tag with --stamp', () => {
  using sample = startSampleRepository();
  const clone = sample.clone();
  const sha = sample.sha(clone, 'build', ...VERSION, '--stamp', 'org/actions');
  expect(git(clone, 'show', `${sha}:guard/action.yml`)).toContain('uses: org/actions/ping@v1.2.0');
  expect(git(clone, 'show', `${sha}:.github/workflows/ci.yml`)).toContain(
    'uses: org/actions/.github/workflows/b.yml@v1.2.0',
  );
});

test('mirrors one action to the root, and requires --stamp for a composite action', () => {
  using sample = startSampleRepository();
  const clone = sample.clone();
  const out = join(clone, '../mirror');
  sample.release(clone, 'mirror', 'ping', '--out', out);
  expect(existsSync(join(out, 'dist/index.js'))).toBe(true);
  expect(existsSync(join(out, '.github'))).toBe(false);
  expect(() => sample.release(clone, 'mirror', 'ping', '--out', out)).toThrow('is not empty');
  const guard = join(clone, '../guard');
  expect(() => sample.release(clone, 'mirror', 'guard', '--out', guard)).toThrow('--stamp');
  expect(existsSync(guard)).toBe(false);
  sample.release(clone, 'mirror', 'guard', '--out', guard, '--stamp', 'org/actions');
  expect(readFileSync(join(guard, 'action.yml'), 'utf8')).toContain('org/actions/ping@v1.2.0');
});

test.each([
  [['build'], '--version 1.2.3'],
  [['publish', ...VERSION], '--remote is required'],
  [['mirror', 'pong', '--out', '../x'], 'Unknown action "pong"'],
  [['mirror', 'ping'], '--out is required'],
  [['build', ...VERSION, '--stamp', 'nothing'], 'is not a valid repository'],
  [['build', ...VERSION, '--force'], "Unknown option '--force'"],
  [['unpublish'], 'Unknown command "unpublish"'],
])('rejects %j with usage', (argv, problem) => {
  using sample = startSampleRepository();
  expect(() => sample.release(sample.clone(), ...argv)).toThrow(problem);
});

function tags(remote: string): Readonly<Record<string, string>> {
  const lines = git(
    remote,
    'for-each-ref',
    '--format=%(refname:strip=2) %(objectname)',
    'refs/tags',
  );
  return Object.fromEntries(
    lines
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split(' ')),
  );
}
