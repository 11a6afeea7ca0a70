import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PublishedStatus } from '../list/read-record.ts';
import {
  type Changes,
  checkMassFailure,
  computeChanges,
  hasDied,
  hasRevived,
  isSignificant,
  toRecordFields,
} from './changes.ts';
import { type History, type TestResult, updateHistory } from './history.ts';

const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;
const [ID, OTHER] = ['a'.repeat(64), 'b'.repeat(64)];

const alive = (at = NOW, latency = 300): TestResult => ({
  state: 'alive',
  at,
  latency,
  address: '',
});
const failed = (at = NOW, ...targets: string[]): TestResult => ({
  ...{ state: 'failed', at, phase: 'tcp', kind: 'refused', message: 'refused' },
  targets: targets.length > 0 ? targets : ['one.example', 'two.example'],
});
const noResult = (state: 'inconclusive' | 'skipped'): TestResult =>
  state === 'inconclusive'
    ? { state, at: NOW, message: 'no target answered' }
    : { state, at: NOW, kind: 'address-refused', message: 'private' };

const history = (...results: readonly TestResult[]): History => {
  const known = results.reduce<History | undefined>(updateHistory, undefined);
  if (known === undefined) throw new Error('nothing is known');
  return known;
};
const changeOf = (result: TestResult, before?: History) => {
  const change = computeChanges(new Map([[ID, result]]), new Map(before ? [[ID, before]] : [])).get(
    ID,
  );
  if (change === undefined) throw new Error('no change');
  return change;
};

test('ignores a result that the history already contains', () => {
  const before = history(alive(NOW));
  const results = new Map([[ID, alive(NOW)]]);
  expect(computeChanges(results, new Map([[ID, before]])).size).toBe(0);
  expect(computeChanges(new Map([[ID, alive(NOW + 1)]]), new Map([[ID, before]])).size).toBe(1);
});

describe('died and revived', () => {
  const wasAlive = history(alive(NOW - HOUR));
  const wasDead = history(failed(NOW - HOUR));
  test.each([
    ['was alive, is dead', failed(), wasAlive, {}, { died: true, revived: false }],
    ['one failure is unconfirmed', failed(NOW, 'one.example'), wasAlive, {}, NEITHER()],
    ['was dead, is alive', alive(), wasDead, {}, { died: false, revived: true }],
    ['stays dead', failed(), wasDead, {}, NEITHER()],
    ['stays alive', alive(), wasAlive, {}, NEITHER()],
    ['new and alive', alive(), undefined, {}, NEITHER()],
    ['new and dead', failed(), undefined, {}, { died: true, revived: false }],
    [
      'dead in the list, is alive',
      alive(),
      undefined,
      { isWorking: false },
      { died: false, revived: true },
    ],
    ['dead in the list and in fact', failed(), undefined, { isWorking: false }, NEITHER()],
    ['prefers the history over the list', failed(), wasDead, { isWorking: true }, NEITHER()],
    ['inconclusive', noResult('inconclusive'), wasAlive, {}, NEITHER()],
  ])('%s', (_, result, before, published, expected) => {
    const change = changeOf(result, before);
    expect({ died: hasDied(change, published), revived: hasRevived(change, published) }).toEqual(
      expected,
    );
  });
});

function NEITHER() {
  return { died: false, revived: false };
}

describe('toRecordFields', () => {
  test('contains the latency of an alive endpoint', () => {
    expect(toRecordFields(changeOf(alive(NOW, 123.456)))).toMatchObject({
      latency: 123.46,
      is_working: true,
      tested_at: new Date(NOW).toISOString(),
      retest: { fails: 0 },
    });
  });

  test('contains the failure of a dead endpoint', () => {
    expect(toRecordFields(changeOf(failed()))).toMatchObject({
      latency: null,
      is_working: false,
      retest: { fails: 1, phase: 'tcp', kind: 'refused' },
    });
  });

  test.each([
    ['one failure is unconfirmed', failed(NOW, 'one.example')],
    ['inconclusive', noResult('inconclusive')],
    ['skipped', noResult('skipped')],
  ])('is undefined: %s', (_, result) => {
    expect(toRecordFields(changeOf(result))).toBeUndefined();
  });
});

describe('isSignificant', () => {
  const fields = (latency: number | null, is_working = latency !== null) => ({
    ...{ latency, is_working, tested_at: new Date(NOW).toISOString() },
    retest: { health: 1, score: 90, fails: 0 },
  });
  const published: PublishedStatus = { isWorking: true, latency: 1_000, testedAt: NOW - HOUR };
  test.each([
    ['status changed', fields(null), published, true],
    ['no previous status', fields(1_000), { latency: 1_000, testedAt: NOW - HOUR }, true],
    ['never tested before', fields(1_000), { isWorking: true, latency: 1_000 }, true],
    ['exactly max-age old', fields(1_000), { ...published, testedAt: NOW - 2 * HOUR }, false],
    ['older than max-age', fields(1_000), { ...published, testedAt: NOW - 2 * HOUR - 1 }, true],
    ['tested in the future', fields(1_000), { ...published, testedAt: NOW + 9 * HOUR }, true],
    ['25% slower', fields(1_250), published, false],
    ['more than 25% slower', fields(1_251), published, true],
    ['more than 25% faster', fields(749), published, true],
    ['twice as slow, but only 100 ms', fields(200), { ...published, latency: 100 }, false],
    ['no previous latency', fields(101), { isWorking: true, testedAt: NOW - HOUR }, true],
    ['still dead', fields(null), { ...published, isWorking: false }, false],
  ])('%s: %#', (_, now, before, expected) => {
    expect(isSignificant(now, before, 2 * HOUR)).toBe(expected);
  });
});

describe('checkMassFailure', () => {
  const run = (died: number, stayed: number, others: readonly TestResult[] = []): Changes => {
    const results = [
      ...Array.from({ length: died }, () => failed()),
      ...Array.from({ length: stayed }, () => alive()),
      ...others,
    ];
    const ids = results.map((_, index) => index.toString(16).padStart(64, '0'));
    const before = history(alive(NOW - HOUR));
    return computeChanges(
      new Map(ids.map((id, index) => [id, results[index] as TestResult])),
      new Map(ids.map((id) => [id, before])),
    );
  };
  test.each([
    [3, 0, false],
    [4, 0, true],
    [2, 2, false],
    [3, 2, true],
    [0, 9, false],
  ])('%i died, %i retained: %s', (died, stayed, triggered) => {
    const guard = checkMassFailure(run(died, stayed), () => ({}), 0.5);
    expect(guard).toEqual({ tested: died + stayed, retained: stayed, triggered });
  });

  test('ignores endpoints that were dead, inconclusive or skipped', () => {
    const before = new Map([[ID, history(failed(NOW - HOUR))]]);
    const changes = computeChanges(
      new Map([
        [ID, failed()],
        [OTHER, noResult('inconclusive')],
      ]),
      before,
    );
    expect(checkMassFailure(changes, () => ({}), 1)).toEqual({
      tested: 0,
      retained: 0,
      triggered: false,
    });
    expect(
      checkMassFailure(run(2, 2, [noResult('inconclusive'), noResult('skipped')]), () => ({}), 0.5)
        .tested,
    ).toBe(4);
  });

  test('is triggered only below the ratio', () => {
    fc.assert(
      fc.property(fc.nat(20), fc.nat(20), fc.double({ min: 0, max: 1, noNaN: true }), (a, b, c) => {
        const { tested, retained, triggered } = checkMassFailure(run(a, b), () => ({}), c);
        expect(triggered).toBe(tested >= 4 && retained / tested < c);
      }),
    );
  });
});
