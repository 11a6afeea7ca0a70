import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { git } from '@repo/testkit/git/repository';
import { expect, test, vi } from 'vitest';
import { startShop } from './shop.fixture.ts';

// Each git command is a process, and a test has dozens.
vi.setConfig({ testTimeout: 30_000 });

const VERSION = ['--version', '1.2.0'];

test('two clones build the same commit, on top of the source, and nothing of them changes', () => {
  using shop = startShop();
  const [one, two] = [shop.clone(), shop.clone()];
  git(two, 'config', 'user.name', 'Somebody Else');
  const sha = shop.sha(one, 'build', ...VERSION);
  expect(sha).toMatch(/^[0-9a-f]{40}$/);
  expect(shop.sha(two, 'build', ...VERSION)).toBe(sha);
  expect(git(one, 'rev-parse', `${sha}^`)).toBe(git(one, 'rev-parse', 'HEAD'));
  expect(git(one, 'status', '--porcelain')).toBe('');
  expect(git(one, 'tag')).toBe('');
});

test('the tree has the actions at its root, the workflows byte for byte, and sums that fit', () => {
  using shop = startShop();
  const clone = shop.clone();
  const sha = shop.sha(clone, 'build', ...VERSION);
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

test('what git cannot do is told in git’s words, with no stack', () => {
  using shop = startShop();
  const nowhere = join(shop.clone(), 'nowhere.git');
  expect(() => shop.sha(shop.clone(), 'move', ...VERSION, '--remote', nowhere)).toThrow(
    /^git ls-remote failed: fatal: '.*nowhere\.git' does not appear to be a git repository/,
  );
});

test('publishing tags the release and moves the tags of its line', () => {
  using shop = startShop();
  const clone = shop.clone();
  const first = shop.sha(clone, 'publish', ...VERSION, '--remote', shop.remote);
  expect(tags(shop.remote)).toEqual({ v1: first, 'v1.2': first, 'v1.2.0': first });
  shop.prepare(clone, '1.3.0');
  const second = shop.sha(clone, 'publish', '--version', '1.3.0', '--remote', 'origin');
  expect(tags(shop.remote)).toEqual({
    v1: second,
    'v1.2': first,
    'v1.2.0': first,
    'v1.3': second,
    'v1.3.0': second,
  });
});

test('a late fix of an older line leaves v1 where it is', () => {
  using shop = startShop();
  const clone = shop.clone();
  shop.sha(clone, 'publish', ...VERSION, '--remote', 'origin');
  shop.prepare(clone, '1.3.0');
  const newer = shop.sha(clone, 'publish', '--version', '1.3.0', '--remote', 'origin');
  shop.prepare(clone, '1.2.1');
  const late = shop.sha(clone, 'publish', '--version', '1.2.1', '--remote', 'origin');
  expect(tags(shop.remote)).toMatchObject({ v1: newer, 'v1.2': late, 'v1.3': newer });
});

test('the changelog is the same in a clone that never saw the earlier release being made', () => {
  using shop = startShop();
  const clone = shop.clone();
  shop.sha(clone, 'publish', ...VERSION, '--remote', 'origin');
  shop.prepare(clone, '1.3.0');
  const sha = shop.sha(clone, 'build', '--version', '1.3.0');
  expect(shop.sha(shop.clone(), 'build', '--version', '1.3.0')).toBe(sha);
  expect(git(clone, 'show', `${sha}:CHANGELOG.md`)).toMatch(/## 1\.3\.0 .*## 1\.2\.0 /s);
});

test.each([
  ['a version that is none', '1.2', /"1.2" is no version/],
  ['a version that is not in the source', '1.4.0', /The source is version 1\.2\.0, not 1\.4\.0/],
])('%s is refused', (_, version, problem) => {
  using shop = startShop();
  const clone = shop.clone();
  for (const command of [['build'], ['publish', '--remote', 'origin']]) {
    expect(() => shop.release(clone, ...command, '--version', version)).toThrow(problem);
  }
  expect(tags(shop.remote)).toEqual({});
});

test.each([
  ['a change', 'README.md'],
  ['a file that git does not know', 'new.txt'],
])('%s in the working tree is refused', (_, file) => {
  using shop = startShop();
  const clone = shop.clone();
  writeFileSync(join(clone, file), 'other\n');
  expect(() => shop.release(clone, 'build', ...VERSION)).toThrow(file);
});

test('a clone whose history is cut is refused', () => {
  using shop = startShop();
  const clone = shop.clone();
  shop.prepare(clone, '1.2.0', { 'a.txt': 'a\n' });
  const cut = join(clone, '../cut');
  git(clone, 'clone', '--quiet', '--depth', '1', `file://${shop.remote}`, cut);
  expect(() => shop.release(cut, 'build', ...VERSION)).toThrow('--unshallow');
});

test('a tag that exists is refused, here and at the remote; what was cut short is finished by move', () => {
  using shop = startShop();
  const [clone, other] = [shop.clone(), shop.clone()];
  const args = [...VERSION, '--remote', 'origin'];
  const sha = shop.sha(clone, 'publish', ...args, '--keep-moving-tags');
  expect(tags(shop.remote)).toEqual({ 'v1.2.0': sha });
  expect(() => shop.release(clone, 'build', ...VERSION)).toThrow('v1.2.0 exists already');
  expect(() => shop.release(other, 'publish', ...args)).toThrow('pnpm release move');
  shop.release(other, 'move', ...args);
  expect(shop.release(other, 'move', ...args)).toEqual(['No tag has to move.']);
  expect(tags(shop.remote)).toEqual({ v1: sha, 'v1.2': sha, 'v1.2.0': sha });
});

test('a tag that is not out cannot be moved to', () => {
  using shop = startShop();
  const args = ['move', ...VERSION, '--remote', 'origin'];
  expect(() => shop.release(shop.clone(), ...args)).toThrow('is not on origin');
});

test('for GitHub Enterprise Server siblings are named by repository and tag', () => {
  using shop = startShop();
  const clone = shop.clone();
  const sha = shop.sha(clone, 'build', ...VERSION, '--stamp', 'org/actions');
  expect(git(clone, 'show', `${sha}:guard/action.yml`)).toContain('uses: org/actions/ping@v1.2.0');
  expect(git(clone, 'show', `${sha}:.github/workflows/ci.yml`)).toContain(
    'uses: org/actions/.github/workflows/b.yml@v1.2.0',
  );
});

test('a mirror has one action at its root; a composite needs the names of its siblings', () => {
  using shop = startShop();
  const clone = shop.clone();
  const out = join(clone, '../mirror');
  shop.release(clone, 'mirror', 'ping', '--out', out);
  expect(existsSync(join(out, 'dist/index.js'))).toBe(true);
  expect(existsSync(join(out, '.github'))).toBe(false);
  expect(() => shop.release(clone, 'mirror', 'ping', '--out', out)).toThrow('is not empty');
  const guard = join(clone, '../guard');
  expect(() => shop.release(clone, 'mirror', 'guard', '--out', guard)).toThrow('--stamp');
  expect(existsSync(guard)).toBe(false);
  shop.release(clone, 'mirror', 'guard', '--out', guard, '--stamp', 'org/actions');
  expect(readFileSync(join(guard, 'action.yml'), 'utf8')).toContain('org/actions/ping@v1.2.0');
});

test.each([
  [['build'], '--version 1.2.3'],
  [['publish', ...VERSION], '--remote is missing'],
  [['mirror', 'pong', '--out', '../x'], 'There is no action "pong"'],
  [['mirror', 'ping'], '--out is missing'],
  [['build', ...VERSION, '--stamp', 'nothing'], 'is no repository'],
  [['build', ...VERSION, '--force'], "Unknown option '--force'"],
  [['unpublish'], 'There is no "unpublish"'],
])('%j is told what it lacks', (argv, problem) => {
  using shop = startShop();
  expect(() => shop.release(shop.clone(), ...argv)).toThrow(problem);
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
