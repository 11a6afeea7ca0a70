import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { mark } from '../modes/mark.ts';
import { snapshot } from '../modes/snapshot.ts';
import { sha } from '../testing/history.ts';
import { type Machine, machine, type Thing } from '../testing/machine.ts';
import { rollback } from './rollback.ts';

const [A, B, C, BAD] = [sha('a'), sha('b'), sha('c'), sha('f')];

let here: Machine;
let files: Thing;
let base: Thing;
let things: readonly Thing[];

beforeEach(async () => {
  here = machine();
  files = here.thing('files');
  base = here.thing('base');
  things = [files, base];
  run(A);
  await deploy(B);
  await deploy(C);
  await deploy(BAD, false);
});
afterEach(() => here[Symbol.dispose]());

function run(revision: string): void {
  for (const thing of things) thing.deploy(revision);
}

async function deploy(revision: string, good = true): Promise<void> {
  await snapshot(here.context({ sha: revision }, things));
  await here.clock.sleep(60_000);
  run(revision);
  if (good) await mark(here.context({ sha: revision }, things));
}

/** A rollback that is stopped in its second part; then its process ends. */
async function interrupted(): Promise<void> {
  const controller = new AbortController();
  base.faults.apply = () => {
    controller.abort(new Error('cancelled'));
    return 'stopped';
  };
  const context = here.context({ sha: BAD }, things, controller.signal);
  await expect(rollback(context)).rejects.toThrow('cancelled');
  delete base.faults.apply;
  expect(await context.lock.look()).toBeDefined();
  await context.lock.release();
  files.done.length = 0;
  base.done.length = 0;
}

const resumed = (given: readonly Thing[] = things) => rollback(here.context({ sha: BAD }, given));

describe('a rollback that was interrupted', () => {
  test('goes on with what is left of it', async () => {
    await interrupted();
    expect(await resumed()).toMatchObject({ result: 'rolled-back', to: C });
    expect(files.done).toEqual([]);
    expect(base.done).toEqual(['apply c']);
  });

  test('does not count what was a stop as a failure', async () => {
    await interrupted();
    const found = await resumed();
    expect(found.attempts).toHaveLength(1);
    expect(found.events.some(({ event }) => event === 'apply-failed')).toBe(false);
  });

  test('leaves a candidate that cannot be brought back any more, and says why', async () => {
    await interrupted();
    base.faults.preflight = (revision) => (revision === C ? 'the image is gone' : undefined);
    const found = await resumed();
    expect(found).toMatchObject({ result: 'rolled-back', to: B });
    expect(found.attempts.map(({ state, why }) => [state, why])).toEqual([
      [
        'failed',
        'it was interrupted, and ccccccc cannot be brought back: thing base: the image is gone',
      ],
      ['well', ''],
    ]);
    expect(things.map(({ runs }) => runs())).toEqual([B, B]);
    expect(found.events.filter(({ event }) => event === 'safety')).toHaveLength(1);
  });

  test('puts back what was there when nobody is left', async () => {
    await interrupted();
    const { snapshots, stateDir } = here.context({}, things);
    for (const { id, kind } of await snapshots.list()) {
      if (kind === 'deploy') rmSync(join(stateDir, 'snapshots', id), { recursive: true });
    }
    const found = await resumed();
    expect(found).toMatchObject({ result: 'failed', to: BAD });
    expect(things.map(({ runs }) => runs())).toEqual([BAD, BAD]);
  });

  test('is not finished with other strategies', async () => {
    await interrupted();
    await expect(resumed([files])).rejects.toThrow(
      /with other strategies: thing files, thing base/,
    );
  });
});
