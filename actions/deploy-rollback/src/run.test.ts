import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Inputs } from './inputs.ts';
import { check } from './modes/check.ts';
import { mark } from './modes/mark.ts';
import { dryRun } from './modes/resolve.ts';
import { snapshot } from './modes/snapshot.ts';
import { unfreeze } from './modes/unfreeze.ts';
import { rollback } from './run.ts';
import { createSnapshotStore } from './snapshots/store.ts';
import { sha } from './testing/history.ts';
import { createMachine, healthCheck, type Machine, type TestPart } from './testing/machine.ts';

const [A, B, C, BAD] = [sha('a'), sha('b'), sha('c'), sha('f')];

let machine: Machine;
let files: TestPart;
let base: TestPart;
let parts: readonly TestPart[];

beforeEach(() => {
  machine = createMachine();
  files = machine.createPart('files');
  base = machine.createPart('base');
  parts = [files, base];
});
afterEach(() => machine[Symbol.dispose]());

const run = (revision: string) => {
  for (const part of parts) part.deploy(revision);
};

/** One deploy: snapshot, deploy, mark. */
async function deploy(revision: string, good = true): Promise<void> {
  const kept = await snapshot(machine.context({ sha: revision }, parts));
  expect(kept.result).toBe('done');
  await machine.clock.sleep(60_000);
  run(revision);
  if (good) await mark(machine.context({ sha: revision }, parts));
}

const rollBack = (revision: string, inputs: Partial<Inputs> = {}) =>
  rollback(machine.context({ sha: revision, ...inputs }, parts));

const entries = async () => (await machine.context({}, parts).ledger.history()).entries;
const runsEverywhere = () => parts.map(({ runs }) => runs());

describe('rollback to the last good release', () => {
  beforeEach(async () => {
    run(A);
    await deploy(B);
    await deploy(BAD, false);
  });

  test('verifies and records it, and freezes the environment', async () => {
    const health = healthCheck(files, (revision) => revision === B);
    const found = await rollBack(BAD, { verifyChecks: [health] });
    expect(found).toMatchObject({ result: 'rolled-back', from: BAD, to: B, remedy: '' });
    expect(found.recoverMs).toBeGreaterThanOrEqual(0);
    expect(found.rollbacksInWindow).toBe(1);
    expect(runsEverywhere()).toEqual([B, B]);
    expect(found.attempts[0]?.verified?.checks.map(({ title }) => title)).toEqual([
      'identity of part files',
      'identity of part base',
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
    expect(await check(machine.context({}, parts))).toMatchObject({ result: 'frozen' });
    expect(await machine.context({}, parts).lock.getHolder()).toBeUndefined();
  });

  test('does nothing the second time', async () => {
    await rollBack(BAD);
    const before = [...files.done];
    expect(await rollBack(BAD)).toMatchObject({
      result: 'noop',
      message: 'fffffff is already rolled back to bbbbbbb',
      to: B,
    });
    expect(files.done).toEqual(before);
    expect((await entries()).filter(({ kind }) => kind === 'rollback')).toHaveLength(1);
  });

  test('does not roll back a deploy that never started', async () => {
    files.faults.capture = 'the disk is full';
    await mark(machine.context({ sha: BAD }, parts));
    await expect(snapshot(machine.context({ sha: C }, parts))).rejects.toThrow('the disk is full');
    delete files.faults.capture;
    const before = runsEverywhere();
    for (const found of [
      await dryRun(machine.context({ mode: 'resolve', sha: C }, parts)),
      await rollBack(C),
    ]) {
      expect(found).toMatchObject({
        result: 'no-target',
        message: expect.stringMatching(/^the deploy of ccccccc never started/),
        remedy: expect.stringContaining('target: SHA'),
      });
    }
    expect(runsEverywhere()).toEqual(before);
    // The environment is not frozen: the next deploy may start, and may be rolled back.
    await deploy(C, false);
    expect(await rollBack(C)).toMatchObject({ result: 'rolled-back', to: BAD });
  });

  test('a clock that was set back changes neither the last good release nor the kept snapshots', async () => {
    await mark(machine.context({ sha: BAD }, parts));
    const behind = (inputs: Partial<Inputs> & { readonly sha: string }) => {
      const context = machine.context({ keep: 1, ...inputs }, parts);
      const clock = { ...context.ports.clock, now: () => machine.clock.now() - 86_400_000 };
      const ports = { ...context.ports, clock };
      const { stateDir, inputs: own } = context;
      const snapshots = createSnapshotStore({ environment: own.environment, stateDir, ports });
      return { ...context, ports, snapshots };
    };
    await snapshot(behind({ sha: C }));
    run(C);
    expect(await rollback(behind({ sha: C }))).toMatchObject({ result: 'rolled-back', to: BAD });
    expect(runsEverywhere()).toEqual([BAD, BAD]);
  });

  test('restores an older named target', async () => {
    const found = await rollBack(BAD, { target: { kind: 'named', name: A } });
    expect(found).toMatchObject({ result: 'no-target' });
    const [oldest] = (await machine.context({}, parts).snapshots.list()).toReversed();
    const named = { kind: 'named', name: oldest?.id ?? '' } as const;
    expect(await rollBack(BAD, { target: named })).toMatchObject({ result: 'rolled-back', to: '' });
    expect(runsEverywhere()).toEqual([A, A]);
  });

  test('resolve shows the target and the skipped releases, and changes nothing', async () => {
    const before = runsEverywhere();
    const found = await dryRun(machine.context({ sha: BAD }, parts));
    expect(found).toMatchObject({ result: 'dry-run', from: BAD, to: B });
    expect(found.steps.map(({ step }) => step)).toEqual(['restores files', 'restores base']);
    expect(found.skipped).toEqual([
      { revision: BAD, id: expect.any(String), reason: 'is the bad release' },
    ]);
    expect(runsEverywhere()).toEqual(before);
    expect(await machine.context({}, parts).journals.unfinished()).toBeUndefined();
  });
});

describe('preflight', () => {
  beforeEach(async () => {
    run(A);
    await deploy(B);
    await deploy(C);
    await deploy(BAD, false);
    files.done.length = 0;
  });

  test('selects the next candidate if one part of the best cannot be restored', async () => {
    base.faults.preflight = (revision) => (revision === C ? 'the image is gone' : undefined);
    const found = await rollBack(BAD);
    expect(found).toMatchObject({ result: 'rolled-back', to: B });
    expect(found.skipped.map(({ reason }) => reason)).toContain(
      'cannot be restored: part base: the image is gone',
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
      'an additional file',
      (path: string) => writeFileSync(`${path}.more`, 'x'),
      /copy\.txt\.more is not part of the snapshot/,
    ],
  ])('detects %s in the snapshot', async (_, spoil, why) => {
    const { snapshots, stateDir } = machine.context({}, parts);
    for (const { id } of await snapshots.list()) {
      spoil(join(stateDir, 'snapshots', id, '2-part', 'deep', 'copy.txt'));
    }
    const found = await rollBack(BAD);
    expect(found.result).toBe('no-target');
    expect(found.message).toMatch(why);
    expect(found.message).toContain('nothing was changed');
    expect(files.done).toEqual([]);
    expect(runsEverywhere()).toEqual([BAD, BAD]);
  });

  test('finds no target without a snapshot', async () => {
    rmSync(join(machine.context({}, parts).stateDir, 'snapshots'), { recursive: true });
    const found = await rollBack(BAD);
    expect(found).toMatchObject({ result: 'no-target', remedy: 'Find it.' });
    expect(found.message).toContain('it has no snapshot');
  });
});

describe('a release that does not become healthy', () => {
  beforeEach(async () => {
    run(A);
    await deploy(B);
    await deploy(C);
    await deploy(BAD, false);
  });

  test('is tried again and marked bad before the next one is tried', async () => {
    const health = healthCheck(files, (revision) => revision === B);
    files.done.length = 0;
    const found = await rollBack(BAD, { verifyChecks: [health] });
    expect(found).toMatchObject({ result: 'rolled-back', to: B });
    expect(files.done).toEqual(['save f', 'apply c', 'apply c', 'apply b']);
    expect(found.attempts.map(({ state, markedBad }) => [state, markedBad])).toEqual([
      ['failed', true],
      ['healthy', false],
    ]);
    const states = (await entries()).map(({ revision, state }) => `${revision[0]} ${state}`);
    expect(states).toEqual(['b good', 'f bad', 'c bad', 'b good']);
  });

  test('is not a step that fails once', async () => {
    let failures = 0;
    base.faults.apply = () => (failures++ === 0 ? 'a hiccup' : undefined);
    expect(await rollBack(BAD)).toMatchObject({ result: 'rolled-back', to: C });
  });

  test('leads to the previous state and a kept lock if all candidates fail', async () => {
    const health = healthCheck(files, () => false);
    const found = await rollBack(BAD, { verifyChecks: [health] });
    expect(found.result).toBe('failed');
    expect(found.message).toMatch(
      /ccccccc failed .*bbbbbbb failed .*restored fffffff, the release from before/,
    );
    expect(found.to).toBe(BAD);
    expect(runsEverywhere()).toEqual([BAD, BAD]);
    expect(found.attempts.map(({ plan, state }) => [plan.purpose, state])).toEqual([
      ['rollback', 'failed'],
      ['rollback', 'failed'],
      ['restore', 'healthy'],
    ]);
    expect(await check(machine.context({}, parts))).toMatchObject({ result: 'frozen' });
    expect((await machine.context({}, parts).lock.getHolder())?.keptReason).toContain(
      'bbbbbbb failed',
    );
    expect(await unfreeze(machine.context({}, parts))).toMatchObject({ result: 'done' });
    expect(await check(machine.context({}, parts))).toMatchObject({ result: 'done' });
    expect(await machine.context({}, parts).lock.getHolder()).toBeUndefined();
  });

  test('keeps the lock until a later rollback succeeds', async () => {
    const health = healthCheck(files, () => false);
    await rollBack(BAD, { verifyChecks: [health] });
    const once = { maxRollbacks: { most: 1, window: 3_600_000 } };
    expect(await rollBack(BAD, once)).toMatchObject({ result: 'loop-guard' });
    expect((await machine.context({}, parts).lock.getHolder())?.keptReason).toContain(
      'bbbbbbb failed',
    );
    expect(await mark(machine.context({ sha: B }, parts))).toMatchObject({ result: 'done' });
    const named = { target: { kind: 'named', name: B } } as const;
    expect(await rollBack(BAD, named)).toMatchObject({ result: 'rolled-back', to: B });
    expect(await machine.context({}, parts).lock.getHolder()).toBeUndefined();
  });

  test('stays with on-exhausted: stop, and the message has the state', async () => {
    base.faults.apply = () => 'no room';
    const found = await rollBack(BAD, { onExhausted: 'stop', maxAttempts: 1 });
    expect(found.result).toBe('failed');
    expect(found.message).toContain(
      'stopped because of on-exhausted: stop; current state: part files is at ccccccc, part base may be partly at ccccccc',
    );
    expect(found.to).toBe('');
  });

  test('stays if the safety snapshot failed', async () => {
    base.faults.capture = 'the database is broken';
    const health = healthCheck(files, () => false);
    const found = await rollBack(BAD, { verifyChecks: [health], maxAttempts: 1 });
    expect(found.message).toContain(
      'the state from before the rollback cannot be restored (the database is broken)',
    );
    expect(runsEverywhere()).toEqual([C, C]);
  });

  test('reports a failed restore and does not repeat it', async () => {
    base.faults.apply = (revision) => (revision === BAD ? 'read-only' : undefined);
    const health = healthCheck(files, () => false);
    const found = await rollBack(BAD, { verifyChecks: [health], maxAttempts: 1 });
    expect(found.message).toContain(
      'restoring the state from before the rollback failed too (part base: read-only)',
    );
  });
});

describe('other runs', () => {
  beforeEach(async () => {
    run(A);
    await deploy(B);
    await deploy(BAD, false);
  });

  test('a lock of another run ends with locked', async () => {
    const other = machine.context({}, parts);
    const owner = { runId: '77', runAttempt: '1', job: 'deploy', runner: 'r2' };
    expect((await other.lock.acquire(owner)).kind).toBe('acquired');
    const found = await rollBack(BAD);
    expect(found.result).toBe('locked');
    expect(found.message).toMatch(
      /^the environment is locked by run 77 \(attempt 1, job deploy\), which has held the lock for/,
    );
    expect(runsEverywhere()).toEqual([BAD, BAD]);
    expect(await check(machine.context({}, parts))).toMatchObject({ result: 'locked' });
    expect(await snapshot(machine.context({ sha: C }, parts))).toMatchObject({ result: 'locked' });
    expect((await entries()).map(({ revision }) => revision)).toEqual([BAD, B]);
  });

  test('check waits until the rollback has ended', async () => {
    const { lock } = machine.context({}, parts);
    await lock.acquire({ runId: '77', runAttempt: '1', job: 'deploy', runner: 'r2' });
    const waits = () => machine.log.some((line) => /^Waiting at most 1m for run 77/.test(line));
    const patient = machine.context({ lockTimeout: 60_000 }, parts);
    const getHolder = async () => {
      if (waits()) await lock.release();
      return lock.getHolder();
    };
    const asked = await check({ ...patient, lock: { ...patient.lock, getHolder } });
    expect(asked).toMatchObject({ result: 'done' });
    expect(waits()).toBe(true);
  });

  test('a newer deploy supersedes the rollback before its start', async () => {
    await deploy(C);
    expect(await rollBack(BAD)).toMatchObject({ result: 'superseded', to: C });
    expect(runsEverywhere()).toEqual([C, C]);
  });

  test('a newer deploy supersedes the rollback before the second step', async () => {
    const { ledger } = machine.context({}, parts);
    files.faults.apply = async () => {
      await ledger.open({ key: 'x', revision: C, tree: '' });
      return undefined;
    };
    const found = await rollBack(BAD);
    expect(found.result).toBe('superseded');
    expect(found.message).toContain('before that, part files is at bbbbbbb');
    expect(base.done.filter((one) => one.startsWith('apply'))).toEqual([]);
  });

  test('the loop guard stops the third rollback in the window', async () => {
    const twice = { maxRollbacks: { most: 2, window: 86_400_000 } };
    expect((await rollBack(BAD, twice)).result).toBe('rolled-back');
    await unfreeze(machine.context({}, parts));
    await deploy(C, false);
    expect((await rollBack(C, twice)).result).toBe('rolled-back');
    await unfreeze(machine.context({}, parts));
    await deploy(sha('d'), false);
    const found = await rollBack(sha('d'), twice);
    expect(found).toMatchObject({ result: 'loop-guard', from: sha('d') });
    expect(found.message).toBe(
      'the environment already had 2 rollbacks, and max-rollbacks is 2 per 1d',
    );
  });

  test('a frozen environment takes no snapshot for the next deploy', async () => {
    await rollBack(BAD);
    const before = readdirSync(join(machine.context({}, parts).stateDir, 'snapshots'));
    expect(await snapshot(machine.context({ sha: C }, parts))).toMatchObject({ result: 'frozen' });
    expect(readdirSync(join(machine.context({}, parts).stateDir, 'snapshots'))).toEqual(before);
  });
});
