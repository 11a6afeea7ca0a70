import fc from 'fast-check';
import { expect, test } from 'vitest';
import { history, sha } from '../testing/history.ts';
import { selectRemovable } from './prune.ts';

const one = (id: string, revision: string, kind: 'deploy' | 'safety' = 'deploy') => ({
  id,
  revision,
  kind,
});
const [A, B, C, D] = [sha('a'), sha('b'), sha('c'), sha('d')];
const HISTORY = history(
  { revision: A, state: 'good' },
  { revision: B, state: 'bad' },
  { revision: C, state: 'unfinished' },
  { revision: D, state: 'failed' },
);
const removable = (
  snapshots: readonly ReturnType<typeof one>[],
  keep: number,
  inUse: readonly string[] = [],
  of = HISTORY,
) => selectRemovable(snapshots, { history: of, keep, inUse: new Set(inUse) }).map(({ id }) => id);

test('keeps the newest, and the last good one of any age', () => {
  const all = [one('4', D), one('3', C), one('2', B), one('1', A), one('0', A)];
  expect(removable(all, 1)).toEqual(['3', '2', '0']);
  expect(removable(all, 3)).toEqual(['0']);
});

test('keeps the release before the first record until another one is good', () => {
  const all = [one('2', D), one('1', B), one('0', '')];
  expect(removable(all, 1)).toEqual(['1']);
  expect(removable([...all, one('-1', A)], 1)).toEqual(['1', '0']);
});

test('keeps snapshots in use, and the newest safety snapshot', () => {
  const all = [
    one('s2', D, 'safety'),
    one('3', D),
    one('s1', D, 'safety'),
    one('2', C),
    one('1', A),
  ];
  expect(removable(all, 1)).toEqual(['s1', '2']);
  expect(removable(all, 1, ['s1', '2'])).toEqual([]);
});

test('keeps a good snapshot of any history if there is one', () => {
  const revisions = [A, B, C, D, ''];
  const state = fc.constantFrom('good', 'bad', 'failed', 'unfinished');
  fc.assert(
    fc.property(
      fc.array(fc.record({ revision: fc.constantFrom(A, B, C, D), state }), { maxLength: 6 }),
      fc.array(fc.constantFrom(...revisions), { maxLength: 8 }),
      fc.integer({ min: 1, max: 4 }),
      (lines, kept, keep) => {
        const of = history(...lines);
        const snapshots = kept.map((revision, index) => one(String(index), revision));
        const left = new Set(removable(snapshots, keep, [], of));
        const stay = snapshots.filter(({ id }) => !left.has(id));
        expect(stay.slice(0, keep)).toEqual(snapshots.slice(0, keep));
        const isGood = (revision: string) =>
          of.entries.find((entry) => entry.revision === revision && entry.state !== 'unfinished')
            ?.state === 'good';
        const hadGood = snapshots.some(({ revision }) => isGood(revision));
        expect(stay.some(({ revision }) => isGood(revision))).toBe(hadGood);
        expect(stay.length).toBeLessThanOrEqual(keep + 1);
      },
    ),
  );
});
