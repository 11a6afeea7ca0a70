import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Changes,
  changesBy,
  hasDied,
  hasRevived,
  isMaterial,
  massDeath,
  newFields,
} from './changes.ts';
import { type Finding, type History, remember } from './history/history.ts';
import type { Published } from './list/read-record.ts';

const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;
const [ID, OTHER] = ['a'.repeat(64), 'b'.repeat(64)];

const alive = (at = NOW, latency = 300): Finding => ({ state: 'alive', at, latency, address: '' });
const failed = (at = NOW, ...targets: string[]): Finding => ({
  ...{ state: 'failed', at, phase: 'tcp', kind: 'refused', message: 'refused' },
  targets: targets.length > 0 ? targets : ['one.example', 'two.example'],
});
const told = (state: 'void' | 'skipped'): Finding =>
  state === 'void'
    ? { state, at: NOW, message: 'no target answered' }
    : { state, at: NOW, kind: 'address-refused', message: 'private' };

const history = (...findings: readonly Finding[]): History => {
  const known = findings.reduce<History | undefined>(remember, undefined);
  if (known === undefined) throw new Error('nothing is known');
  return known;
};
const changeOf = (finding: Finding, before?: History) => {
  const change = changesBy(new Map([[ID, finding]]), new Map(before ? [[ID, before]] : [])).get(ID);
  if (change === undefined) throw new Error('no change');
  return change;
};

test('a finding that the history has already changes nothing: it is the one of a killed run', () => {
  const before = history(alive(NOW));
  const findings = new Map([[ID, alive(NOW)]]);
  expect(changesBy(findings, new Map([[ID, before]])).size).toBe(0);
  expect(changesBy(new Map([[ID, alive(NOW + 1)]]), new Map([[ID, before]])).size).toBe(1);
});

describe('died and revived', () => {
  const wasAlive = history(alive(NOW - HOUR));
  const wasDead = history(failed(NOW - HOUR));
  test.each([
    ['alive, and dead now', failed(), wasAlive, {}, { died: true, revived: false }],
    ['one failure is not certain', failed(NOW, 'one.example'), wasAlive, {}, NEITHER()],
    ['dead, and alive now', alive(), wasDead, {}, { died: false, revived: true }],
    ['dead all the time', failed(), wasDead, {}, NEITHER()],
    ['alive all the time', alive(), wasAlive, {}, NEITHER()],
    ['new, and alive', alive(), undefined, {}, NEITHER()],
    ['new, and dead', failed(), undefined, {}, { died: true, revived: false }],
    [
      'the list said dead',
      alive(),
      undefined,
      { isWorking: false },
      { died: false, revived: true },
    ],
    ['the list said dead, and it is', failed(), undefined, { isWorking: false }, NEITHER()],
    ['our history is newer than the list', failed(), wasDead, { isWorking: true }, NEITHER()],
    ['nothing could be said', told('void'), wasAlive, {}, NEITHER()],
  ])('%s', (_, finding, before, published, expected) => {
    const change = changeOf(finding, before);
    expect({ died: hasDied(change, published), revived: hasRevived(change, published) }).toEqual(
      expected,
    );
  });
});

function NEITHER() {
  return { died: false, revived: false };
}

describe('what a record gets', () => {
  test('of one that answers, its latency and how it does', () => {
    expect(newFields(changeOf(alive(NOW, 123.456)))).toMatchObject({
      latency: 123.46,
      is_working: true,
      tested_at: new Date(NOW).toISOString(),
      retest: { fails: 0 },
    });
  });

  test('of one that is dead, why', () => {
    expect(newFields(changeOf(failed()))).toMatchObject({
      latency: null,
      is_working: false,
      retest: { fails: 1, phase: 'tcp', kind: 'refused' },
    });
  });

  test.each([
    ['one failure is not certain', failed(NOW, 'one.example')],
    ['nothing could be said', told('void')],
    ['it was not dialled', told('skipped')],
  ])('nothing, as %s', (_, finding) => {
    expect(newFields(changeOf(finding))).toBeUndefined();
  });
});

describe('what is worth a commit', () => {
  const fields = (latency: number | null, is_working = latency !== null) => ({
    ...{ latency, is_working, tested_at: new Date(NOW).toISOString() },
    retest: { health: 1, score: 90, fails: 0 },
  });
  const published: Published = { isWorking: true, latency: 1_000, testedAt: NOW - HOUR };
  test.each([
    ['another status', fields(null), published, true],
    ['no status before', fields(1_000), { latency: 1_000, testedAt: NOW - HOUR }, true],
    ['never tested before', fields(1_000), { isWorking: true, latency: 1_000 }, true],
    ['exactly as old as may be', fields(1_000), { ...published, testedAt: NOW - 2 * HOUR }, false],
    ['older than may be', fields(1_000), { ...published, testedAt: NOW - 2 * HOUR - 1 }, true],
    ['tested in the time to come', fields(1_000), { ...published, testedAt: NOW + 9 * HOUR }, true],
    ['25 % slower', fields(1_250), published, false],
    ['more than 25 % slower', fields(1_251), published, true],
    ['more than 25 % faster', fields(749), published, true],
    ['twice as slow, but by 100 ms', fields(200), { ...published, latency: 100 }, false],
    ['no latency before', fields(101), { isWorking: true, testedAt: NOW - HOUR }, true],
    ['dead as before', fields(null), { ...published, isWorking: false }, false],
  ])('%s: %#', (_, now, before, expected) => {
    expect(isMaterial(now, before, 2 * HOUR)).toBe(expected);
  });
});

describe('too many dead at once', () => {
  const run = (died: number, stayed: number, others: readonly Finding[] = []): Changes => {
    const findings = [
      ...Array.from({ length: died }, () => failed()),
      ...Array.from({ length: stayed }, () => alive()),
      ...others,
    ];
    const ids = findings.map((_, index) => index.toString(16).padStart(64, '0'));
    const before = history(alive(NOW - HOUR));
    return changesBy(
      new Map(ids.map((id, index) => [id, findings[index] as Finding])),
      new Map(ids.map((id) => [id, before])),
    );
  };
  test.each([
    [3, 0, false],
    [4, 0, true],
    [2, 2, false],
    [3, 2, true],
    [0, 9, false],
  ])('%i died, %i stayed: %s', (died, stayed, holds) => {
    const guard = massDeath(run(died, stayed), () => ({}), 0.5);
    expect(guard).toEqual({ tested: died + stayed, retained: stayed, holds });
  });

  test('who was dead before, and what could not be judged, does not count', () => {
    const before = new Map([[ID, history(failed(NOW - HOUR))]]);
    const changes = changesBy(
      new Map([
        [ID, failed()],
        [OTHER, told('void')],
      ]),
      before,
    );
    expect(massDeath(changes, () => ({}), 1)).toEqual({ tested: 0, retained: 0, holds: false });
    expect(massDeath(run(2, 2, [told('void'), told('skipped')]), () => ({}), 0.5).tested).toBe(4);
  });

  test('it never holds where as many stay as were asked for', () => {
    fc.assert(
      fc.property(fc.nat(20), fc.nat(20), fc.double({ min: 0, max: 1, noNaN: true }), (a, b, c) => {
        const { tested, retained, holds } = massDeath(run(a, b), () => ({}), c);
        expect(holds).toBe(tested >= 4 && retained / tested < c);
      }),
    );
  });
});
