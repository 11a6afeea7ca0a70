import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { mark } from '../modes/mark.ts';
import { snapshot } from '../modes/snapshot.ts';
import { rollback } from '../run.ts';
import { sha } from '../testing/history.ts';
import { createMachine, type Machine, type TestPart } from '../testing/machine.ts';

const [A, B, C, BAD] = [sha('a'), sha('b'), sha('c'), sha('f')];

let machine: Machine;
let files: TestPart;
let base: TestPart;
let parts: readonly TestPart[];

beforeEach(async () => {
  machine = createMachine();
  files = machine.createPart('files');
  base = machine.createPart('base');
  parts = [files, base];
  run(A);
  await deploy(B);
  await deploy(C);
  await deploy(BAD, false);
});
afterEach(() => machine[Symbol.dispose]());

function run(revision: string): void {
  for (const part of parts) part.deploy(revision);
}

async function deploy(revision: string, good = true): Promise<void> {
  await snapshot(machine.context({ sha: revision }, parts));
  await machine.clock.sleep(60_000);
  run(revision);
  if (good) await mark(machine.context({ sha: revision }, parts));
}

/** A rollback that is stopped in its second part; then its process ends. */
async function interrupted(): Promise<void> {
  const controller = new AbortController();
  base.faults.apply = () => {
    controller.abort(new Error('cancelled'));
    return 'stopped';
  };
  const context = machine.context({ sha: BAD }, parts, controller.signal);
  await expect(rollback(context)).rejects.toThrow('cancelled');
  delete base.faults.apply;
  expect(await context.lock.getHolder()).toBeDefined();
  await context.lock.release();
  files.done.length = 0;
  base.done.length = 0;
}

const resumed = (given: readonly TestPart[] = parts) =>
  rollback(machine.context({ sha: BAD }, given));

describe('an interrupted rollback', () => {
  test('continues with its remaining steps', async () => {
    await interrupted();
    expect(await resumed()).toMatchObject({ result: 'rolled-back', to: C });
    expect(files.done).toEqual([]);
    expect(base.done).toEqual(['apply c']);
  });

  test('does not count the interruption as a failure', async () => {
    await interrupted();
    const found = await resumed();
    expect(found.attempts).toHaveLength(1);
    expect(found.events.some(({ event }) => event === 'apply-failed')).toBe(false);
  });

  test('skips a candidate that cannot be restored any more', async () => {
    await interrupted();
    base.faults.preflight = (revision) => (revision === C ? 'the image is gone' : undefined);
    const found = await resumed();
    expect(found).toMatchObject({ result: 'rolled-back', to: B });
    expect(found.attempts.map(({ state, reason }) => [state, reason])).toEqual([
      [
        'failed',
        'it was interrupted, and ccccccc cannot be restored: part base: the image is gone',
      ],
      ['healthy', ''],
    ]);
    expect(parts.map(({ runs }) => runs())).toEqual([B, B]);
    expect(found.events.filter(({ event }) => event === 'safety-snapshot')).toHaveLength(1);
  });

  test('restores the previous state if no candidate is left', async () => {
    await interrupted();
    const { snapshots, stateDir } = machine.context({}, parts);
    for (const { id, kind } of await snapshots.list()) {
      if (kind === 'deploy') rmSync(join(stateDir, 'snapshots', id), { recursive: true });
    }
    const found = await resumed();
    expect(found).toMatchObject({ result: 'failed', to: BAD });
    expect(parts.map(({ runs }) => runs())).toEqual([BAD, BAD]);
  });

  test('does not continue with other strategies', async () => {
    await interrupted();
    await expect(resumed([files])).rejects.toThrow(/with other strategies: part files, part base/);
  });
});
