import { fakeClock } from '@repo/testkit/clock';
import { git, type Repository, startRepository } from '@repo/testkit/git/repository';
import { BAD_GATEWAY } from '@repo/testkit/github/faults';
import {
  type LocalGitHub,
  type LocalGitHubOptions,
  startLocalGitHub,
} from '@repo/testkit/github/local-github';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectTo } from '../testing/github.ts';
import { createGitHubLock, toRef } from './github-lock.ts';
import type { Lock, Owner } from './lock.ts';
import { readLockNote, writeLockNote } from './lock-note.ts';

let repository: Repository;
let head: string;
let local: LocalGitHub;
beforeEach(async () => {
  repository = startRepository();
  head = git(repository.remote, 'rev-parse', 'main');
  await start();
});
afterEach(async () => {
  await local[Symbol.asyncDispose]();
  repository[Symbol.dispose]();
});

async function start(options: LocalGitHubOptions = {}) {
  local = await startLocalGitHub({ bare: repository.remote, ...options });
}

const REF = 'refs/deploy-rollback/lock/production';
const CREATE = 'POST /repos/{owner}/{repo}/git/refs';
const owner = (given: Partial<Owner> = {}): Owner => ({
  ...{ runId: '100', runAttempt: '1', job: 'deploy', runner: 'runner-1' },
  ...given,
});

/** As each process has its own. */
function newLock(environment = 'production'): Lock {
  const clock = fakeClock();
  return createGitHubLock({ github: connectTo(local), environment, sha: head, clock });
}

function startRun(id: string, given: Partial<LocalGitHub['state']['runs'][number]> = {}) {
  local.state.runs.push({
    ...{ id: Number(id), workflow: 7, event: 'push', branch: 'main', inputs: {}, attempt: 1 },
    ...{ status: 'in_progress', conclusion: null, createdAt: local.state.now() },
    ...given,
  });
}

const isThere = () => git(repository.remote, 'for-each-ref', REF) !== '';

test('one of two concurrent runs gets it, and the other gets the owner', async () => {
  startRun('100');
  startRun('200');
  const [one, other] = [newLock(), newLock()];
  const got = await Promise.all([
    one.acquire(owner()),
    other.acquire(owner({ runId: '200', runner: 'runner-2' })),
  ]);
  expect(got.map(({ kind }) => kind).sort()).toEqual(['acquired', 'held']);
  const held = got.find((one) => one.kind === 'held');
  const winner = got[0].kind === 'acquired' ? '100' : '200';
  expect(held).toMatchObject({
    by: { owner: { runId: winner }, hasEnded: false, keptReason: undefined },
  });
  await other.release();
  await one.release();
  expect(isThere()).toBe(false);
});

test('is free after a release by its owner only', async () => {
  startRun('100');
  const lock = newLock();
  expect(await lock.acquire(owner())).toEqual({ kind: 'acquired', how: 'free' });
  await newLock().release();
  expect(await newLock().getHolder()).toMatchObject({ owner: owner(), hasEnded: false });
  await lock.release();
  expect(await newLock().getHolder()).toBeUndefined();
});

test('each environment has its own lock', async () => {
  startRun('100');
  for (const environment of ['production', 'Staging EU/1', 'a..b', '.lock', '@{x}', 'ä']) {
    expect(await newLock(environment).acquire(owner())).toMatchObject({ how: 'free' });
  }
  expect(await newLock('PRODUCTION').acquire(owner())).toMatchObject({ how: 'reentered' });
});

describe('is reentered', () => {
  test('by the same job after a kill', async () => {
    await newLock().acquire(owner());
    const again = newLock();
    expect(await again.acquire(owner())).toEqual({ kind: 'acquired', how: 'reentered' });
    await again.release();
    expect(isThere()).toBe(false);
  });

  test('by a later attempt of the run', async () => {
    await newLock().acquire(owner());
    expect(await newLock().acquire(owner({ runAttempt: '2' }))).toMatchObject({
      how: 'taken-over',
    });
    expect(await newLock().getHolder()).toMatchObject({ owner: { runAttempt: '2' } });
  });

  test('after a lost response', async () => {
    local.addFault({ on: CREATE, when: 'after', answer: BAD_GATEWAY });
    expect(await newLock().acquire(owner())).toEqual({ kind: 'acquired', how: 'free' });
  });
});

describe('is taken over after its owner has ended', () => {
  const other = owner({ runId: '200', runner: 'runner-2' });

  test.each<[string, Partial<LocalGitHub['state']['runs'][number]> | undefined, string]>([
    ['the run has completed', { status: 'completed' }, 'acquired'],
    ['the run is in a later attempt', { attempt: 2 }, 'acquired'],
    ['the run was deleted', undefined, 'acquired'],
    ['the run is in progress', {}, 'held'],
    [
      'the run goes on, and so does its job',
      { jobs: [{ name: 'Deploy', runner: 'runner-1', status: 'in_progress' }] },
      'held',
    ],
    [
      'the run goes on without that job',
      {
        jobs: [
          { name: 'Deploy', runner: 'runner-1', status: 'completed' },
          { name: 'Roll back', runner: 'runner-2', status: 'in_progress' },
        ],
      },
      'acquired',
    ],
  ])('%s', async (_, run, kind) => {
    await newLock().acquire(owner());
    if (run !== undefined) startRun('100', run);
    expect(await newLock().acquire(other)).toMatchObject({ kind });
  });

  test('by a later job on the same runner, which runs one job at a time', async () => {
    await newLock().acquire(owner());
    startRun('100', {
      jobs: [
        { name: 'Deploy', runner: 'runner-1', status: 'completed' },
        { name: 'Roll back', runner: 'runner-1', status: 'in_progress' },
      ],
    });
    expect(await newLock().acquire(owner({ job: 'rollback' }))).toMatchObject({
      how: 'taken-over',
    });
  });

  test('not without a runner name, because waiting jobs have none either', async () => {
    await newLock().acquire(owner({ runner: '' }));
    startRun('100', { jobs: [{ name: 'Skipped', runner: '', status: 'completed' }] });
    expect(await newLock().acquire({ ...other, runner: '' })).toMatchObject({ kind: 'held' });
  });

  test('by one of many concurrent runs', async () => {
    await newLock().acquire(owner());
    startRun('100', { status: 'completed' });
    const runs = ['200', '300', '400'];
    for (const id of runs) startRun(id);
    const got = await Promise.all(
      runs.map((runId) => newLock().acquire(owner({ runId, runner: runId }))),
    );
    expect(got.filter(({ kind }) => kind === 'acquired')).toHaveLength(1);
  });

  test('not if the status of the owner cannot be read', async () => {
    await newLock().acquire(owner());
    startRun('100', { status: 'completed' });
    await local[Symbol.asyncDispose]();
    await start({ permissions: { contents: 'write' } });
    expect(await newLock().acquire(other)).toMatchObject({ kind: 'held' });
  });

  test('after it was kept, with the reason', async () => {
    const lock = newLock();
    startRun('100');
    await lock.acquire(owner());
    await lock.keep('main is half restored');
    expect(await newLock().getHolder()).toMatchObject({
      hasEnded: true,
      keptReason: 'main is half restored',
    });
    expect(isThere()).toBe(true);
  });
});

describe('invalid content blocks with a remedy', () => {
  const point = (sha: string) => git(repository.remote, 'update-ref', REF, sha);
  test('a ref to a commit', async () => {
    point(head);
    expect(await newLock().acquire(owner())).toEqual({
      kind: 'unreadable',
      problem: `${REF} has invalid content, so its owner is unknown`,
      remedy: expect.stringContaining(`gh api -X DELETE repos/octo-org/octo-repo/git/${REF}`),
    });
    expect(isThere()).toBe(true);
  });

  test.each([
    'invalid JSON',
    '{}',
    '{"by":"deploy-rollback/v1"}',
    JSON.stringify({ ...JSON.parse(written()), owner: { runId: '1; rm -rf /' } }),
    JSON.stringify({ ...JSON.parse(written()), sinceMs: 1e300 }),
    `${written()}${' '.repeat(5_000)}`,
  ])('%s', (text) => {
    expect(readLockNote(text)).toBeUndefined();
  });

  test('reads any text without an error', () => {
    fc.assert(fc.property(fc.string(), (text) => readLockNote(text) === undefined));
    fc.assert(fc.property(fc.json(), (text) => readLockNote(text) === undefined));
    const word = fc.string({ maxLength: 100 });
    const digits = fc.stringMatching(/^[0-9]{1,20}$/);
    const owners = fc.record({ runId: digits, runAttempt: digits, job: word, runner: word });
    fc.assert(
      fc.property(
        owners,
        fc.nat(),
        fc.option(word, { nil: undefined }),
        (holder, sinceMs, keptReason) => {
          const note = { owner: holder, sinceMs, keptReason };
          expect(readLockNote(writeLockNote(note))).toEqual(note);
        },
      ),
    );
  });

  function written() {
    return writeLockNote({ owner: owner(), sinceMs: 1, keptReason: undefined });
  }
});

test('the ref is valid for every environment', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'binary', maxLength: 60 }), (environment) => {
      expect(toRef(environment)).toMatch(/^refs\/deploy-rollback\/lock\/[a-z0-9_=-]+$/);
    }),
  );
});
