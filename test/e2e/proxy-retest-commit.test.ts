import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commit, git, type Repository, startRepository } from '@repo/testkit/git/repository';
import { describe, expect, test } from 'vitest';
import { listText, record, startTestbed, type Testbed } from './proxy/testbed.ts';

interface Stage extends AsyncDisposable {
  readonly testbed: Testbed;
  readonly repository: Repository;
  readonly links: readonly string[];
}

/** A repository whose list has one working proxy and one that fails. */
async function stage(): Promise<Stage> {
  const testbed = await startTestbed();
  const good = await testbed.proxy({ protocol: 'http' });
  const bad = await testbed.proxy({ protocol: 'http', fault: { kind: 'refuse' } });
  const links = [good, bad].map(({ port }) => `http://127.0.0.1:${port}`);
  const repository = startRepository({
    'proxies.json': listText(links.map((link) => record(link))),
    'other.txt': 'one\n',
  });
  return {
    testbed,
    repository,
    links,
    [Symbol.asyncDispose]: async () => {
      repository[Symbol.dispose]();
      await testbed[Symbol.asyncDispose]();
    },
  };
}

function listIn(folder: string): readonly { config: string; is_working: boolean }[] {
  return JSON.parse(readFileSync(join(folder, 'proxies.json'), 'utf8'));
}

/** Like on GitHub-hosted runners: git has no user, and does not derive one from the host name. */
const WITHOUT_GIT_USER = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'user.useConfigOnly',
  GIT_CONFIG_VALUE_0: 'true',
};

describe('commit: true', () => {
  test('commits the list and its state once, with [skip ci]', async () => {
    await using here = await stage();
    const clone = here.repository.clone();
    writeFileSync(join(clone, 'other.txt'), 'unrelated change\n');
    const run = (inputs = {}) => here.testbed.run({ commit: 'true', ...inputs }, { cwd: clone });
    await using result = await run();
    expect(result.outputs, result.log).toMatchObject({ changed: 'true', died: '1' });
    const fresh = here.repository.clone();
    expect(git(fresh, 'log', '--format=%s', '-1')).toBe('chore: retest the proxy list [skip ci]');
    expect(git(fresh, 'show', '--name-only', '--format=', 'HEAD').split('\n')).toEqual([
      'proxies.json',
      'proxies.json.state.ndjson',
    ]);
    expect(listIn(fresh).map(({ is_working }) => is_working)).toEqual([true, false]);
    expect(git(clone, 'status', '--porcelain')).toBe('M other.txt');
    const head = git(clone, 'rev-parse', 'HEAD');
    await using again = await run({ select: 'all' });
    expect(again.outputs, again.log).toMatchObject({ changed: 'false' });
    expect(git(clone, 'rev-parse', 'HEAD')).toBe(head);
  });

  test('commits the target of a symbolic link', async () => {
    await using here = await stage();
    const clone = here.repository.clone();
    symlinkSync('proxies.json', join(clone, 'current.json'));
    commit(clone, {});
    await using result = await here.testbed.run(
      { commit: 'true', list: 'current.json' },
      { cwd: clone },
    );
    expect(result.outputs, result.log).toMatchObject({ changed: 'true', died: '1' });
    const fresh = here.repository.clone();
    expect(listIn(fresh).map(({ is_working }) => is_working)).toEqual([true, false]);
    expect(git(fresh, 'ls-files', '--stage', 'current.json')).toMatch(/^120000 /);
  });

  test('applies the results to a list that was pushed in the meantime', async () => {
    await using here = await stage();
    const clone = here.repository.clone();
    const other = here.repository.clone();
    const otherList = [record('http://192.0.2.1:1#new'), ...here.links.map((link) => record(link))];
    commit(other, { 'proxies.json': listText(otherList), 'other.txt': 'two\n' });
    git(other, 'push', '--quiet', 'origin', 'main');
    await using result = await here.testbed.run({ commit: 'true' }, { cwd: clone });
    expect(result.outputs, result.log).toMatchObject({ verdict: 'pass', changed: 'true' });
    const fresh = here.repository.clone();
    expect(listIn(fresh).map(({ config, is_working }) => [config, is_working])).toEqual([
      ['http://192.0.2.1:1#new', true],
      [here.links[0], true],
      [here.links[1], false],
    ]);
    expect(readFileSync(join(fresh, 'other.txt'), 'utf8')).toBe('two\n');
    expect(git(fresh, 'log', '--format=%s').split('\n')).toHaveLength(3);
    expect(git(fresh, 'log', '--merges', '--format=%s')).toBe('');
  });

  test('keeps commits of earlier steps when another push comes first, without a git user', async () => {
    await using here = await stage();
    const clone = here.repository.clone();
    commit(clone, { 'mine.txt': 'earlier step\n' });
    const other = here.repository.clone();
    commit(other, { 'other.txt': 'two\n' });
    git(other, 'push', '--quiet', 'origin', 'main');
    await using result = await here.testbed.run(
      { commit: 'true' },
      { cwd: clone, env: WITHOUT_GIT_USER },
    );
    expect(result.outputs, result.log).toMatchObject({ verdict: 'pass' });
    const fresh = here.repository.clone();
    expect(readFileSync(join(fresh, 'mine.txt'), 'utf8')).toBe('earlier step\n');
    expect(readFileSync(join(fresh, 'other.txt'), 'utf8')).toBe('two\n');
    expect(listIn(fresh)[1]?.is_working).toBe(false);
  });

  test('explains a rejected push and still writes the list', async () => {
    await using here = await stage();
    const clone = here.repository.clone();
    git(clone, 'remote', 'set-url', 'origin', join(clone, 'nowhere.git'));
    await using result = await here.testbed.run({ commit: 'true' }, { cwd: clone });
    expect(result.exitCode).toBe(1);
    expect(result.log).toMatch(/could not be pushed.*contents: write/s);
    expect(result.log).not.toMatch(/This is a bug/);
    expect(listIn(clone)[1]?.is_working).toBe(false);
  });

  test('fails when no branch is checked out', async () => {
    await using here = await stage();
    const clone = here.repository.clone();
    git(clone, 'checkout', '--quiet', '--detach');
    await using result = await here.testbed.run({ commit: 'true' }, { cwd: clone });
    expect(result.outputs.message, result.log).toMatch(/no branch is checked out/);
  });
});
