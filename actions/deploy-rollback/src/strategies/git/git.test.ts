import { appendFileSync, chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commit, type Repository, git as run, startRepository } from '@repo/testkit/git/repository';
import { BAD_GATEWAY, rateLimited } from '@repo/testkit/github/faults';
import {
  type LocalGitHub,
  type LocalGitHubOptions,
  startLocalGitHub,
} from '@repo/testkit/github/local-github';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectTo } from '../../testing/github.ts';
import { createPorts, testTarget } from '../../testing/ports.ts';
import type { Ports, Strategy, Target } from '../strategy.ts';
import { git } from './git.ts';

let repository: Repository;
let clone: string;
/** Commits of main, oldest first. */
let good: string;
let middle: string;
let bad: string;
let local: LocalGitHub;
let ports: Ports;
let target: Target;

beforeEach(async () => {
  repository = startRepository({ 'app.txt': 'good\n', 'bin/run.sh': 'echo good\n' });
  clone = repository.clone();
  good = run(clone, 'rev-parse', 'HEAD');
  run(clone, 'checkout', '--quiet', '-b', 'topic');
  middle = commit(clone, { 'topic.txt': 'topic\n' });
  run(clone, 'checkout', '--quiet', 'main');
  run(clone, 'merge', '--quiet', '--no-ff', 'topic', '-m', 'Merge topic');
  bad = commit(clone, { 'app.txt': 'bad\n' });
  run(clone, 'push', '--quiet', 'origin', 'main');
  target = testTarget(good, bad);
  await start();
});
afterEach(async () => {
  await local[Symbol.asyncDispose]();
  repository[Symbol.dispose]();
});

async function start(options: LocalGitHubOptions = {}) {
  local = await startLocalGitHub({ bare: repository.remote, ...options });
  ports = createPorts({ workspace: clone, github: connectTo(local) });
}

const createStrategy = (options: unknown): Strategy => v.parse(git.schema, options);
const at = (revision: string) => run(repository.remote, 'rev-parse', revision);
const count = (range: string) => Number(run(repository.remote, 'rev-list', '--count', range));

/** A checkout with fetch-depth: 1. */
function shallowClone(): string {
  const folder = `${clone}-shallow`;
  run(clone, 'clone', '--quiet', '--depth=1', `file://${repository.remote}`, folder);
  return folder;
}

const pushed = { remote: 'origin' };

describe.each([
  ['by GitHub’s API', {}],
  ['by git push', pushed],
])('%s', (by, via) => {
  const restore = () => createStrategy({ branch: 'main', ...via });

  test('restore-commit: adds one commit with the content of the good release, across a merge', async () => {
    const strategy = restore();
    expect(strategy.title).toBe('git restore-commit main');
    expect(await strategy.preflight(target, ports)).toMatchObject({ kind: 'ready' });
    expect(at('main')).toBe(bad);
    expect(await strategy.identify?.(target, ports)).toMatchObject({ kind: 'other' });
    const { done } = await strategy.apply(target, ports);
    expect(done).toContain(at('main').slice(0, 7));
    expect(at('main^')).toBe(bad);
    expect(at('main^{tree}')).toBe(at(`${good}^{tree}`));
    expect(await strategy.identify?.(target, ports)).toMatchObject({ kind: 'same' });
    const message = run(repository.remote, 'log', '-1', '--format=%B', 'main');
    expect(message).toContain(`Rollback-From: ${bad}\nRollback-To: ${good}\nRollback-Id: rb-1`);

    await strategy.apply(target, ports);
    expect(count(`${bad}..main`)).toBe(1);
    expect(await strategy.preflight(target, ports)).toMatchObject({ step: /^nothing to do/ });
  });

  test('restore-commit: restores a second candidate, and then the previous content', async () => {
    await restore().apply(target, ports);
    await restore().apply(testTarget(middle, bad), ports);
    expect(at('main^{tree}')).toBe(at(`${middle}^{tree}`));
    await restore().apply(testTarget(bad, bad), ports);
    expect(at('main^{tree}')).toBe(at(`${bad}^{tree}`));
    expect(count(`${bad}..main`)).toBe(3);
  });

  test('restore-commit: undoes newer commits only with undo-newer', async () => {
    const newer = commit(clone, { 'other.txt': 'of another author\n' });
    run(clone, 'push', '--quiet', 'origin', 'main');
    expect(await restore().preflight(target, ports)).toMatchObject({
      kind: 'impossible',
      problem: expect.stringContaining(`${newer.slice(0, 7)} (change)`),
    });
    await expect(restore().apply(target, ports)).rejects.toThrow('would be undone');
    expect(at('main')).toBe(newer);
    const forced = createStrategy({ branch: 'main', 'undo-newer': true, ...via });
    expect(await forced.preflight(target, ports)).toMatchObject({
      warnings: expect.arrayContaining([expect.stringContaining('This also undoes')]),
    });
    await forced.apply(target, ports);
    expect(at('main^{tree}')).toBe(at(`${good}^{tree}`));
  });

  test.each([
    ['a missing branch', { branch: 'gone' }, undefined, 'the branch gone does not exist'],
    ['a missing commit', { branch: 'main' }, 'e'.repeat(40), 'does not contain the commit'],
  ])('the preflight reports %s', async (_, options, sha, problem) => {
    const requested = sha === undefined ? target : testTarget(sha, bad);
    expect(await createStrategy({ ...options, ...via }).preflight(requested, ports)).toMatchObject({
      kind: 'impossible',
      problem: expect.stringContaining(problem),
    });
  });

  test('does not change a branch without the bad commit', async () => {
    run(clone, 'checkout', '--quiet', '-B', 'main', good);
    const other = commit(clone, { 'b.txt': 'b' });
    run(clone, 'push', '--quiet', '--force', 'origin', 'main');
    expect(await restore().preflight(target, ports)).toMatchObject({
      kind: 'impossible',
      problem: expect.stringContaining('does not contain the bad release'),
    });
    await expect(restore().apply(target, ports)).rejects.toThrow(
      'does not contain the bad release',
    );
    expect(at('main')).toBe(other);
  });

  test('reset: moves the branch to the good release', async () => {
    const strategy = createStrategy({ mode: 'reset', branch: 'main', force: true, ...via });
    expect(await strategy.preflight(target, ports)).toMatchObject({
      warnings: expect.arrayContaining(['This rewrites the history of the branch.']),
    });
    expect(await strategy.identify?.(target, ports)).toMatchObject({ kind: 'other', found: bad });
    await strategy.apply(target, ports);
    expect(at('main')).toBe(good);
    expect(await strategy.identify?.(target, ports)).toMatchObject({ kind: 'same' });
    expect(await strategy.apply(target, ports)).toEqual({
      done: `main is at ${good.slice(0, 7)}`,
    });
  });

  test('reset: keeps newer commits', async () => {
    const strategy = createStrategy({ mode: 'reset', branch: 'main', force: true, ...via });
    const newer = commit(clone, { 'other.txt': 'x' });
    run(clone, 'push', '--quiet', 'origin', 'main');
    expect(await strategy.preflight(target, ports)).toMatchObject({ kind: 'impossible' });
    await expect(strategy.apply(target, ports)).rejects.toThrow('would be lost');
    expect(at('main')).toBe(newer);
  });

  test.each([
    ['lightweight', ['tag', 'live']],
    ['annotated', ['tag', '-a', '-m', 'live', 'live']],
  ])('tag: moves a tag back (%s)', async (_, command) => {
    run(clone, ...command);
    run(clone, 'push', '--quiet', 'origin', 'refs/tags/live');
    const strategy = createStrategy({ mode: 'tag', tag: 'live', ...via });
    expect(await strategy.preflight(target, ports)).toMatchObject({
      step: expect.stringContaining(`moves the tag live to ${good.slice(0, 7)}`),
    });
    await strategy.apply(target, ports);
    await strategy.apply(target, ports);
    expect(at('live')).toBe(good);
    expect(at('main')).toBe(bad);
    expect(await strategy.identify?.(target, ports)).toMatchObject({ kind: 'same' });
  });

  test('tag: creates a missing tag, and does not move a newer one', async () => {
    const strategy = createStrategy({ mode: 'tag', tag: 'live', ...via });
    await strategy.apply(target, ports);
    expect(at('live')).toBe(good);
    const newer = commit(clone, { 'x.txt': 'x' });
    run(clone, 'push', '--quiet', '--force', 'origin', 'main', `${newer}:refs/tags/live`);
    expect(await strategy.preflight(target, ports)).toMatchObject({ kind: 'impossible' });
    await expect(strategy.apply(target, ports)).rejects.toThrow('which is not an ancestor');
    expect(at('live')).toBe(newer);
  });

  test('keeps the commit of another push at the same time', async () => {
    const strategy = restore();
    const other = repository.clone();
    const newer = commit(other, { 'other.txt': 'x' });
    if (by === 'by git push') {
      // A hook of the remote simulates another push just before this one.
      hook(
        'pre-receive',
        `git --git-dir=${repository.remote} update-ref refs/heads/main ${newer} ${bad}`,
      );
      run(other, 'push', '--quiet', 'origin', `${newer}:refs/heads/other`);
      await expect(strategy.apply(target, ports)).rejects.toThrow(
        /would be undone|git push failed/,
      );
    } else {
      local.addFault({
        on: 'PATCH /repos/{owner}/{repo}/git/refs/{ref}',
        answer: { status: 422, body: { message: 'Update is not a fast forward' } },
      });
      run(other, 'push', '--quiet', 'origin', 'main');
      await expect(strategy.apply(target, ports)).rejects.toThrow('would be undone');
    }
    expect(run(repository.remote, 'merge-base', newer, 'main')).toBe(newer);
  });
});

function hook(name: string, script: string): void {
  const file = join(repository.remote, 'hooks', name);
  mkdirSync(join(repository.remote, 'hooks'), { recursive: true });
  writeFileSync(file, `#!/bin/sh\nunset GIT_QUARANTINE_PATH\n${script}\nexit 0\n`);
  chmodSync(file, 0o755);
}

describe('by git push', () => {
  test('does not change the checkout, which has a depth of 1', async () => {
    const workspace = shallowClone();
    appendFileSync(join(workspace, 'app.txt'), 'not committed');
    const shallow = createPorts({ workspace });
    await createStrategy({ branch: 'main', ...pushed }).apply(target, shallow);
    expect(at('main^{tree}')).toBe(at(`${good}^{tree}`));
    expect(run(workspace, 'status', '--porcelain')).toBe('M app.txt');
    expect(run(workspace, 'rev-parse', 'HEAD')).toBe(bad);
  });

  test('reports the message of a hook that rejects the push', async () => {
    const file = join(repository.remote, 'hooks', 'update');
    writeFileSync(file, '#!/bin/sh\necho "main is protected" >&2\nexit 1\n');
    chmodSync(file, 0o755);
    await expect(
      createStrategy({ branch: 'main', ...pushed }).apply(target, ports),
    ).rejects.toMatchObject({
      remedy: expect.stringContaining('mode: pull-request'),
      cause: expect.objectContaining({ message: expect.stringContaining('main is protected') }),
    });
    expect(at('main')).toBe(bad);
  });

  test('reports a workspace without a checkout, and a missing remote', async () => {
    const nowhere = createPorts({ workspace: repository.remote.replace('remote.git', '') });
    await expect(
      createStrategy({ branch: 'main', ...pushed }).preflight(target, nowhere),
    ).rejects.toThrow('git ls-remote failed');
    await expect(
      createStrategy({ branch: 'main', remote: '/nowhere' }).preflight(target, ports),
    ).rejects.toThrow('git ls-remote failed');
  });
});

describe('pull-request', () => {
  const strategy = () => createStrategy({ mode: 'pull-request', branch: 'main' });

  test('opens one pull request with the content of the good release', async () => {
    expect(await strategy().preflight(target, ports)).toMatchObject({
      warnings: expect.arrayContaining(['main does not change until the pull request is merged.']),
    });
    for (let time = 1; time <= 2; time++) {
      const { done } = await strategy().apply(target, ports);
      expect(done).toBe(`pull request #1 restores the content of ${good.slice(0, 7)} in main`);
    }
    const [pull] = local.state.pulls;
    expect(local.state.pulls).toHaveLength(1);
    const head = pull?.head.branch ?? '';
    expect(head).toBe(`deploy-rollback/rb-1-${good.slice(0, 7)}`);
    expect(at(`${head}^{tree}`)).toBe(at(`${good}^{tree}`));
    expect(at(`${head}^`)).toBe(bad);
    expect(at('main')).toBe(bad);
    expect(strategy().identify).toBeUndefined();
  });
});

describe('the preflight reports the limits of GITHUB_TOKEN', () => {
  const app = { user: { login: 'our-app[bot]', id: 7, type: 'Bot' as const } };
  const restart = async (options: LocalGitHubOptions) => {
    await local[Symbol.asyncDispose]();
    await start(options);
  };
  const restore = () => createStrategy({ branch: 'main' }).preflight(target, ports);

  test.each([
    ['a ruleset', { rulesets: ['pull_request'] }],
    ['required checks', { rulesets: ['required_status_checks'] }],
    ['classic protection', { protection: { requiredChecks: ['ci'] } }],
  ])('%s', async (_, rules) => {
    local.state.rules.main = rules;
    expect(await restore()).toMatchObject({
      kind: 'impossible',
      problem: expect.stringContaining(
        'main is protected, and GITHUB_TOKEN cannot bypass its rules',
      ),
      remedy: expect.stringMatching(/GitHub App.*mode: pull-request/),
    });
    expect(local.calls.every(({ operation }) => /^GET |graphql/.test(operation))).toBe(true);
    await expect(createStrategy({ branch: 'main' }).apply(target, ports)).rejects.toThrow('422');
    const pullRequest = createStrategy({ mode: 'pull-request', branch: 'main' });
    expect(await pullRequest.preflight(target, ports)).toMatchObject({ kind: 'ready' });

    await restart(app);
    local.state.rules.main = { ...rules, bypass: ['our-app[bot]'] };
    const { warnings } = (await restore()) as { warnings: readonly string[] };
    expect(warnings.some((warning) => warning.includes('does not start workflows'))).toBe(false);
    await createStrategy({ branch: 'main' }).apply(target, ports);
    expect(at('main^{tree}')).toBe(at(`${good}^{tree}`));
  });

  test('a rule against force pushes only affects reset', async () => {
    local.state.rules.main = { rulesets: ['non_fast_forward'] };
    expect(await restore()).toMatchObject({ kind: 'ready' });
    const strategy = createStrategy({ mode: 'reset', branch: 'main', force: true });
    expect(await strategy.preflight(target, ports)).toMatchObject({
      problem: expect.stringContaining('force pushes are not allowed'),
    });
    await expect(strategy.apply(target, ports)).rejects.toThrow('Cannot force-push');
  });

  test('a push with GITHUB_TOKEN does not start workflows', async () => {
    local.state.workflows.push({ id: 7, file: 'deploy.yml', inputs: undefined, on: ['push'] });
    expect(await restore()).toMatchObject({
      warnings: [expect.stringContaining('does not start workflows')],
    });
    await createStrategy({ branch: 'main' }).apply(target, ports);
    expect(local.state.runs).toEqual([]);
  });
});

describe('creates one commit despite faults of the API', () => {
  const FORWARD = 'PATCH /repos/{owner}/{repo}/git/refs/{ref}';
  test.each([
    ['a 5xx after the push', FORWARD, 'after', BAD_GATEWAY],
    ['a broken connection after the push', FORWARD, 'after', 'reset'],
    ['a 5xx before the push', FORWARD, 'before', BAD_GATEWAY],
    ['a rate limit', FORWARD, 'before', rateLimited(2)],
    [
      'a 5xx of the comparison',
      'GET /repos/{owner}/{repo}/compare/{basehead}',
      'before',
      BAD_GATEWAY,
    ],
  ] as const)('%s', async (_, on, when, answer) => {
    local.addFault({ on, when, answer });
    await createStrategy({ branch: 'main' }).apply(target, ports);
    expect(count(`${bad}..main`)).toBe(1);
  });
});

describe('has the same result after a kill at any call', () => {
  /** Ports that throw after a number of calls. */
  const failAfter = (calls: number): Ports => {
    let left = calls;
    const countCall = () => {
      if (left-- <= 0) throw new Error('killed');
    };
    return {
      ...ports,
      github: async () => {
        const github = await ports.github();
        const before = <T extends object>(work: T): T =>
          new Proxy(work, {
            apply: (call, self, args) => {
              countCall();
              return Reflect.apply(call as never, self, args);
            },
          });
        const members = <T extends object>(of: T, wrap: (member: object) => object): T =>
          new Proxy(of, { get: (all, name) => wrap(Reflect.get(all, name) as object) });
        return {
          ...github,
          rest: members(github.rest, (methods) => members(methods, before)),
          graphql: before(github.graphql),
        };
      },
    };
  };

  test.each([
    ['restore-commit', { branch: 'main' }],
    ['reset', { mode: 'reset', branch: 'main', force: true }],
    ['tag', { mode: 'tag', tag: 'live' }],
    ['pull-request', { mode: 'pull-request', branch: 'main' }],
  ])('%s', async (mode, options) => {
    run(repository.remote, 'tag', 'live', bad);
    const strategy = createStrategy(options);
    let kills = 0;
    for (; ; kills++) {
      const done = await strategy.apply(target, failAfter(kills)).then(
        () => true,
        (error: Error) => {
          expect(error.message).toBe('killed');
          return false;
        },
      );
      if (done) break;
    }
    expect(kills).toBeGreaterThan(1);
    await strategy.apply(target, ports);
    const [name, commits] = mode === 'tag' ? ['live', 0] : ['main', 1];
    if (mode === 'pull-request') {
      expect(local.state.pulls).toHaveLength(1);
      expect(count(`${bad}..${local.state.pulls[0]?.head.branch}`)).toBe(1);
    } else {
      expect(at(`${name}^{tree}`)).toBe(at(`${good}^{tree}`));
      expect(count(`${bad}..${name}`)).toBe(mode === 'reset' ? 0 : commits);
    }
  });
});

test('reports an unknown commit before the first record', async () => {
  expect(
    await createStrategy({ branch: 'main' }).preflight(testTarget('', bad), ports),
  ).toMatchObject({
    kind: 'impossible',
    remedy: expect.stringContaining('revision'),
  });
});

describe('options', () => {
  test.each([
    [{}, /branch/],
    [{ branch: 'main', mode: 'revert' }, /restore-commit, tag, reset or pull-request/],
    [{ branch: 'main', mode: 'reset' }, /force: true/],
    [{ branch: 'main', mode: 'reset', force: false }, /force: true/],
    [{ branch: '--upload-pack=x' }, /is not a valid ref name/],
    [{ branch: 'a..b' }, /is not a valid ref name/],
    [{ branch: 'a b' }, /is not a valid ref name/],
    [{ branch: 'x.lock' }, /is not a valid ref name/],
    [{ branch: 'main', remote: '--exec=x' }, /is not a valid remote/],
    [{ branch: 'main', brnach: 'x' }, /supports branch/],
    [{ mode: 'pull-request', branch: 'main', remote: 'origin' }, /supports branch/],
    ['main', /is not a valid mode/],
  ])('rejects %j', (given, message) => {
    const { success, issues } = v.safeParse(git.schema, given);
    expect(success).toBe(false);
    expect(issues?.map((issue) => issue.message).join('\n')).toMatch(message);
  });

  test('accepts names with slashes and dots', () => {
    for (const branch of ['release/1.2', 'feature/ä', 'v1.0-rc.1']) {
      expect(createStrategy({ branch }).title).toBe(`git restore-commit ${branch}`);
    }
  });
});
