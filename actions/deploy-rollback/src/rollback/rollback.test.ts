import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Inputs } from '../inputs.ts';
import { check } from '../modes/check.ts';
import { mark } from '../modes/mark.ts';
import { resolve } from '../modes/resolve.ts';
import { snapshot } from '../modes/snapshot.ts';
import { unfreeze } from '../modes/unfreeze.ts';
import { snapshotStore } from '../snapshots/store.ts';
import { sha } from '../testing/history.ts';
import { healthOf, type Machine, machine, type Thing } from '../testing/machine.ts';
import { rollback } from './rollback.ts';

const [A, B, C, BAD] = [sha('a'), sha('b'), sha('c'), sha('f')];

let here: Machine;
let files: Thing;
let base: Thing;
let things: readonly Thing[];

beforeEach(() => {
  here = machine();
  files = here.thing('files');
  base = here.thing('base');
  things = [files, base];
});
afterEach(() => here[Symbol.dispose]());

const run = (revision: string) => {
  for (const thing of things) thing.deploy(revision);
};

/** The life of one deploy: snapshot, deploy, mark. */
async function deploy(revision: string, good = true): Promise<void> {
  const kept = await snapshot(here.context({ sha: revision }, things));
  expect(kept.result).toBe('done');
  await here.clock.sleep(60_000);
  run(revision);
  if (good) await mark(here.context({ sha: revision }, things));
}

const rollBack = (revision: string, inputs: Partial<Inputs> = {}) =>
  rollback(here.context({ sha: revision, ...inputs }, things));

const entries = async () => (await here.context({}, things).ledger.history()).entries;
const runsEverywhere = () => things.map(({ runs }) => runs());

describe('the last good release comes back, as a whole', () => {
  beforeEach(async () => {
    run(A);
    await deploy(B);
    await deploy(BAD, false);
  });

  test('it is proven, recorded and the environment is frozen', async () => {
    const health = healthOf(files, (revision) => revision === B);
    const found = await rollBack(BAD, { verifyChecks: [health] });
    expect(found).toMatchObject({ result: 'rolled-back', from: BAD, to: B, remedy: '' });
    expect(found.recoverMs).toBeGreaterThanOrEqual(0);
    expect(found.rollbacksInWindow).toBe(1);
    expect(runsEverywhere()).toEqual([B, B]);
    expect(found.attempts[0]?.verified?.checks.map(({ title }) => title)).toEqual([
      'identity of thing files',
      'identity of thing base',
      'health',
    ]);
    const [record, badRelease] = await entries();
    expect(record).toMatchObject({
      kind: 'rollback',
      revision: B,
      state: 'good',
      id: found.entryId,
    });
    expect(badRelease).toMatchObject({ revision: BAD, state: 'bad' });
    expect(await check(here.context({}, things))).toMatchObject({ result: 'frozen' });
    expect(await here.context({}, things).lock.look()).toBeUndefined();
  });

  test('once is enough: the second time there is nothing to do', async () => {
    await rollBack(BAD);
    const before = [...files.done];
    expect(await rollBack(BAD)).toMatchObject({
      result: 'noop',
      message: 'fffffff has been rolled back to bbbbbbb already',
      to: B,
    });
    expect(files.done).toEqual(before);
    expect((await entries()).filter(({ kind }) => kind === 'rollback')).toHaveLength(1);
  });

  test('a release whose deploy never began takes nobody along', async () => {
    files.faults.capture = 'the disk is full';
    await mark(here.context({ sha: BAD }, things));
    await expect(snapshot(here.context({ sha: C }, things))).rejects.toThrow('the disk is full');
    delete files.faults.capture;
    const before = runsEverywhere();
    for (const found of [
      await resolve(here.context({ mode: 'resolve', sha: C }, things)),
      await rollBack(C),
    ]) {
      expect(found).toMatchObject({
        result: 'no-target',
        message: expect.stringMatching(/^no deploy of ccccccc has begun/),
        remedy: expect.stringContaining('target: SHA'),
      });
    }
    expect(runsEverywhere()).toEqual(before);
    // Nothing is frozen for it: the next deploy may begin, and may be undone.
    await deploy(C, false);
    expect(await rollBack(C)).toMatchObject({ result: 'rolled-back', to: BAD });
  });

  test('a clock that was set back changes neither who is the last good one nor what is kept', async () => {
    await mark(here.context({ sha: BAD }, things));
    const behind = (inputs: Partial<Inputs> & { readonly sha: string }) => {
      const context = here.context({ keep: 1, ...inputs }, things);
      const clock = { ...context.ports.clock, now: () => here.clock.now() - 86_400_000 };
      const ports = { ...context.ports, clock };
      const { stateDir, inputs: own } = context;
      const snapshots = snapshotStore({ environment: own.environment, stateDir, ports });
      return { ...context, ports, snapshots };
    };
    await snapshot(behind({ sha: C }));
    run(C);
    expect(await rollback(behind({ sha: C }))).toMatchObject({ result: 'rolled-back', to: BAD });
    expect(runsEverywhere()).toEqual([BAD, BAD]);
  });

  test('a named target, further back', async () => {
    const found = await rollBack(BAD, { target: { kind: 'named', name: A } });
    expect(found).toMatchObject({ result: 'no-target' });
    const [oldest] = (await here.context({}, things).snapshots.list()).toReversed();
    const named = { kind: 'named', name: oldest?.id ?? '' } as const;
    expect(await rollBack(BAD, { target: named })).toMatchObject({ result: 'rolled-back', to: '' });
    expect(runsEverywhere()).toEqual([A, A]);
  });

  test('resolve and dry-run only tell, who it would be and why nobody else', async () => {
    const before = runsEverywhere();
    const found = await resolve(here.context({ sha: BAD }, things));
    expect(found).toMatchObject({ result: 'dry-run', from: BAD, to: B });
    expect(found.steps.map(({ step }) => step)).toEqual(['puts back files', 'puts back base']);
    expect(found.passedOver).toEqual([
      { revision: BAD, id: expect.any(String), why: 'is the release that failed' },
    ]);
    expect(runsEverywhere()).toEqual(before);
    expect(await here.context({}, things).journals.unfinished()).toBeUndefined();
  });
});

describe('preflight: nothing is touched before all of it can be done', () => {
  beforeEach(async () => {
    run(A);
    await deploy(B);
    await deploy(C);
    await deploy(BAD, false);
    files.done.length = 0;
  });

  test('the next candidate, when one part of the best cannot be brought back', async () => {
    base.faults.preflight = (revision) => (revision === C ? 'the image is gone' : undefined);
    const found = await rollBack(BAD);
    expect(found).toMatchObject({ result: 'rolled-back', to: B });
    expect(found.passedOver.map(({ why }) => why)).toContain(
      'cannot be brought back: thing base: the image is gone',
    );
    expect(files.done.filter((one) => one.startsWith('apply'))).toEqual(['apply b']);
    expect(runsEverywhere()).toEqual([B, B]);
  });

  test.each([
    [
      'a changed byte',
      (path: string) => writeFileSync(path, sha('0')),
      /checksum of deep\/copy\.txt differs/,
    ],
    ['a cut file', (path: string) => writeFileSync(path, 'x'), /has 1 bytes instead of 40/],
    ['a missing file', (path: string) => rmSync(path), /deep\/copy\.txt is missing/],
    [
      'a strange file',
      (path: string) => writeFileSync(`${path}.more`, 'x'),
      /copy\.txt\.more was not kept by us/,
    ],
  ])('%s in the backup is found', async (_, spoil, why) => {
    const { snapshots, stateDir } = here.context({}, things);
    for (const { id } of await snapshots.list()) {
      spoil(join(stateDir, 'snapshots', id, '2-thing', 'deep', 'copy.txt'));
    }
    const found = await rollBack(BAD);
    expect(found.result).toBe('no-target');
    expect(found.message).toMatch(why);
    expect(found.message).toContain('nothing was touched');
    expect(files.done).toEqual([]);
    expect(runsEverywhere()).toEqual([BAD, BAD]);
  });

  test('no snapshot at all, as on a fresh machine', async () => {
    rmSync(join(here.context({}, things).stateDir, 'snapshots'), { recursive: true });
    const found = await rollBack(BAD);
    expect(found).toMatchObject({ result: 'no-target', remedy: 'Look for it.' });
    expect(found.message).toContain('no copy of it is here');
  });
});

describe('what does not become well', () => {
  beforeEach(async () => {
    run(A);
    await deploy(B);
    await deploy(C);
    await deploy(BAD, false);
  });

  test('is tried once more, marked bad, and the next one is tried', async () => {
    const health = healthOf(files, (revision) => revision === B);
    files.done.length = 0;
    const found = await rollBack(BAD, { verifyChecks: [health] });
    expect(found).toMatchObject({ result: 'rolled-back', to: B });
    expect(files.done).toEqual(['keep f', 'apply c', 'apply c', 'apply b']);
    expect(found.attempts.map(({ state, markedBad }) => [state, markedBad])).toEqual([
      ['failed', true],
      ['well', false],
    ]);
    const states = (await entries()).map(({ revision, state }) => `${revision[0]} ${state}`);
    expect(states).toEqual(['b good', 'f bad', 'c bad', 'b good']);
  });

  test('an apply that fails once does no harm', async () => {
    let failures = 0;
    base.faults.apply = () => (failures++ === 0 ? 'a hiccup' : undefined);
    expect(await rollBack(BAD)).toMatchObject({ result: 'rolled-back', to: C });
  });

  test('when all fail, what was there is back, and the lock is kept', async () => {
    const health = healthOf(files, () => false);
    const found = await rollBack(BAD, { verifyChecks: [health] });
    expect(found.result).toBe('failed');
    expect(found.message).toMatch(
      /ccccccc was not well .*bbbbbbb was not well .*so fffffff, .* is back/,
    );
    expect(found.to).toBe(BAD);
    expect(runsEverywhere()).toEqual([BAD, BAD]);
    expect(found.attempts.map(({ about, state }) => [about.purpose, state])).toEqual([
      ['rollback', 'failed'],
      ['rollback', 'failed'],
      ['restore', 'well'],
    ]);
    expect(await check(here.context({}, things))).toMatchObject({ result: 'frozen' });
    expect((await here.context({}, things).lock.look())?.kept).toContain('was not well');
    expect(await unfreeze(here.context({}, things))).toMatchObject({ result: 'done' });
    expect(await check(here.context({}, things))).toMatchObject({ result: 'done' });
    expect(await here.context({}, things).lock.look()).toBeUndefined();
  });

  test('a lock that was kept stays, until somebody puts things right', async () => {
    const health = healthOf(files, () => false);
    await rollBack(BAD, { verifyChecks: [health] });
    const once = { maxRollbacks: { most: 1, window: 3_600_000 } };
    expect(await rollBack(BAD, once)).toMatchObject({ result: 'loop-guard' });
    expect((await here.context({}, things).lock.look())?.kept).toContain('was not well');
    expect(await mark(here.context({ sha: B }, things))).toMatchObject({ result: 'done' });
    const named = { target: { kind: 'named', name: B } } as const;
    expect(await rollBack(BAD, named)).toMatchObject({ result: 'rolled-back', to: B });
    expect(await here.context({}, things).lock.look()).toBeUndefined();
  });

  test('on-exhausted: stop leaves it, and says in what state', async () => {
    base.faults.apply = () => 'no room';
    const found = await rollBack(BAD, { onExhausted: 'stop', maxAttempts: 1 });
    expect(found.result).toBe('failed');
    expect(found.message).toContain(
      'stopped, as on-exhausted says; now thing files is that of ccccccc, thing base may be half that of ccccccc',
    );
    expect(found.to).toBe('');
  });

  test('what cannot be kept for safety does not stop a rollback, but cannot be put back', async () => {
    base.faults.capture = 'the database is broken';
    const health = healthOf(files, () => false);
    const found = await rollBack(BAD, { verifyChecks: [health], maxAttempts: 1 });
    expect(found.message).toContain(
      'what was there before cannot be put back (the database is broken)',
    );
    expect(runsEverywhere()).toEqual([C, C]);
  });

  test('a failed restore says so, and is not tried again and again', async () => {
    base.faults.apply = (revision) => (revision === BAD ? 'read-only' : undefined);
    const health = healthOf(files, () => false);
    const found = await rollBack(BAD, { verifyChecks: [health], maxAttempts: 1 });
    expect(found.message).toContain(
      'putting back what was there before failed too (thing base: read-only)',
    );
  });
});

describe('who else is there', () => {
  beforeEach(async () => {
    run(A);
    await deploy(B);
    await deploy(BAD, false);
  });

  test('the lock is somebody else’s', async () => {
    const other = here.context({}, things);
    const owner = { runId: '77', runAttempt: '1', job: 'deploy', runner: 'r2' };
    expect((await other.lock.acquire(owner)).kind).toBe('acquired');
    const found = await rollBack(BAD);
    expect(found.result).toBe('locked');
    expect(found.message).toMatch(/^run 77 \(attempt 1, job deploy\), which has the lock since/);
    expect(runsEverywhere()).toEqual([BAD, BAD]);
    expect(await check(here.context({}, things))).toMatchObject({ result: 'locked' });
    expect(await snapshot(here.context({ sha: C }, things))).toMatchObject({ result: 'locked' });
    expect((await entries()).map(({ revision }) => revision)).toEqual([BAD, B]);
  });

  test('a deploy that asks waits until the rollback is over', async () => {
    const { lock } = here.context({}, things);
    await lock.acquire({ runId: '77', runAttempt: '1', job: 'deploy', runner: 'r2' });
    const waits = () => here.log.some((line) => line.startsWith('Waiting for run 77'));
    const patient = here.context({ lockTimeout: 60_000 }, things);
    const look = async () => {
      if (waits()) await lock.release();
      return lock.look();
    };
    const asked = await check({ ...patient, lock: { ...patient.lock, look } });
    expect(asked).toMatchObject({ result: 'done' });
    expect(waits()).toBe(true);
  });

  test('a newer deploy, before it begins', async () => {
    await deploy(C);
    expect(await rollBack(BAD)).toMatchObject({ result: 'superseded', to: C });
    expect(runsEverywhere()).toEqual([C, C]);
  });

  test('a newer deploy, right before the second step', async () => {
    const { ledger } = here.context({}, things);
    files.faults.apply = async () => {
      await ledger.open({ key: 'x', revision: C, content: '' });
      return undefined;
    };
    const found = await rollBack(BAD);
    expect(found.result).toBe('superseded');
    expect(found.message).toContain('before that, thing files is that of bbbbbbb');
    expect(base.done.filter((one) => one.startsWith('apply'))).toEqual([]);
  });

  test('the loop guard stops the third in the window', async () => {
    const twice = { maxRollbacks: { most: 2, window: 86_400_000 } };
    expect((await rollBack(BAD, twice)).result).toBe('rolled-back');
    await unfreeze(here.context({}, things));
    await deploy(C, false);
    expect((await rollBack(C, twice)).result).toBe('rolled-back');
    await unfreeze(here.context({}, things));
    await deploy(sha('d'), false);
    const found = await rollBack(sha('d'), twice);
    expect(found).toMatchObject({ result: 'loop-guard', from: sha('d') });
    expect(found.message).toBe('there were 2 rollbacks already, and max-rollbacks is 2 per 1d');
  });

  test('a frozen environment takes no snapshot for the next deploy', async () => {
    await rollBack(BAD);
    const before = readdirSync(join(here.context({}, things).stateDir, 'snapshots'));
    expect(await snapshot(here.context({ sha: C }, things))).toMatchObject({ result: 'frozen' });
    expect(readdirSync(join(here.context({}, things).stateDir, 'snapshots'))).toEqual(before);
  });
});
