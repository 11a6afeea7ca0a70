import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { history, type Line, sha } from '../testing/history.ts';
import { type CandidateQuery, findCandidates, type SnapshotSummary } from './candidates.ts';

const [A, B, C, D, BAD] = [sha('a'), sha('b'), sha('c'), sha('d'), sha('f')];

const snapshot = (revision: string, id = `s-${revision[0] ?? 'unknown'}`): SnapshotSummary => ({
  id,
  revision,
  tree: '',
  takenMs: 0,
});

function ask(lines: readonly Line[], question: Partial<CandidateQuery> = {}) {
  const { candidates: found, skipped } = findCandidates({
    history: history(...lines),
    snapshots: [],
    badRelease: BAD,
    target: { kind: 'auto' },
    maxDepth: 5,
    excluded: new Map(),
    ...question,
  });
  return {
    found: found.map(({ revision }) => revision),
    skipped: skipped.map(({ revision, reason }) => `${revision[0] ?? '?'} ${reason}`),
  };
}

describe('the candidates of a history', () => {
  test('contain the previous good release', () => {
    expect(
      ask([
        { revision: A, state: 'good' },
        { revision: B, state: 'good' },
        { revision: BAD, state: 'unfinished' },
      ]),
    ).toEqual({ found: [B, A], skipped: ['f is the bad release'] });
  });

  test('skip failed and unfinished deploys', () => {
    expect(
      ask([
        { revision: A, state: 'good' },
        { revision: B, state: 'failed' },
        { revision: C, state: 'unfinished' },
        { revision: BAD, state: 'unfinished' },
      ]),
    ).toEqual({
      found: [A],
      skipped: [
        'f is the bad release',
        'c was not marked good: its deploy is unfinished',
        'b never succeeded',
      ],
    });
  });

  test('skip a release that was marked bad after a success', () => {
    expect(
      ask([
        { revision: A, state: 'good' },
        { revision: B, state: 'bad', reason: 'health check' },
        { revision: BAD, state: 'good' },
      ]),
    ).toMatchObject({
      found: [A],
      skipped: ['f is the bad release', 'b was marked bad: health check'],
    });
  });

  test('skip a good deploy whose later deploy was marked bad', () => {
    expect(
      ask([
        { revision: A, state: 'good' },
        { revision: B, state: 'good' },
        { revision: B, state: 'bad' },
        { revision: BAD, state: 'unfinished' },
      ]).found,
    ).toEqual([A]);
  });

  test('contain a release whose later deploy was good', () => {
    expect(
      ask([
        { revision: B, state: 'bad' },
        { revision: B, state: 'good' },
        { revision: BAD, state: 'unfinished' },
      ]).found,
    ).toEqual([B]);
  });

  test('skip a bad deploy whose later deploy is newer than the bad release', () => {
    expect(
      ask([
        { revision: C, state: 'bad' },
        { revision: BAD, state: 'good' },
        { revision: C, state: 'good' },
      ]).found,
    ).toEqual([]);
  });

  test('contain a good release whose later deploy failed', () => {
    expect(
      ask([
        { revision: B, state: 'good' },
        { revision: B, state: 'failed' },
        { revision: BAD, state: 'unfinished' },
      ]).found,
    ).toEqual([B]);
  });

  test('skip the content of the bad release under another SHA', () => {
    expect(
      ask([
        { revision: A, state: 'good', tree: 'tree-1' },
        { revision: B, state: 'good', tree: 'tree-2' },
        { revision: BAD, state: 'unfinished', tree: 'tree-2' },
      ]),
    ).toMatchObject({
      found: [A],
      skipped: ['f is the bad release', 'b has the same content as the bad release'],
    });
  });

  test('contain the restored release, but not the rollback to it', () => {
    expect(
      ask([
        { revision: A, state: 'good' },
        { revision: B, state: 'bad' },
        { revision: A, state: 'good', from: B },
        { revision: BAD, state: 'unfinished' },
      ]),
    ).toEqual({
      found: [A],
      skipped: [
        'f is the bad release',
        'a is a rollback to aaaaaaa, which has its own entry',
        'b was marked bad',
      ],
    });
  });

  test('skip releases beyond max-depth', () => {
    expect(
      ask(
        [
          { revision: A, state: 'good' },
          { revision: B, state: 'failed' },
          { revision: C, state: 'failed' },
          { revision: BAD, state: 'unfinished' },
        ],
        { maxDepth: 2 },
      ),
    ).toMatchObject({
      found: [],
      skipped: expect.arrayContaining(['a is 3 releases back, more than max-depth']),
    });
  });

  test('skip excluded releases with their reasons', () => {
    const excluded = new Map([
      [C, 'failed in this rollback: status 500'],
      [B, 'is not in the history of main'],
    ]);
    expect(
      ask(
        [
          { revision: A, state: 'good' },
          { revision: B, state: 'good' },
          { revision: C, state: 'good' },
          { revision: BAD, state: 'unfinished' },
        ],
        { excluded },
      ),
    ).toEqual({
      found: [A],
      skipped: [
        'f is the bad release',
        'c failed in this rollback: status 500',
        'b is not in the history of main',
      ],
    });
  });

  test('are empty without another release', () => {
    expect(ask([])).toEqual({ found: [], skipped: [] });
    expect(ask([{ revision: BAD, state: 'unfinished' }]).found).toEqual([]);
  });

  test('contain all good releases if the bad release is not in the ledger', () => {
    expect(ask([{ revision: A, state: 'good' }]).found).toEqual([A]);
  });

  test('contain the release before the first record by its snapshot', () => {
    expect(
      ask([{ revision: BAD, state: 'unfinished' }], { snapshots: [snapshot('')] }).found,
    ).toEqual(['']);
    expect(
      ask([{ revision: BAD, state: 'unfinished' }], { snapshots: [snapshot(D), snapshot('')] })
        .found,
    ).toEqual([D, '']);
  });
});

describe('a named target', () => {
  const lines: readonly Line[] = [
    { revision: A, state: 'good' },
    { revision: B, state: 'good' },
    { revision: C, state: 'bad', reason: 'it lost data' },
    { revision: D, state: 'unfinished' },
    { revision: BAD, state: 'unfinished' },
  ];
  test.each([
    ['a SHA', A, [A]],
    ['a short SHA', 'bbbbbbb', [B]],
    ['an entry of the ledger', 'e1', [A]],
    ['a snapshot', 's-b', [B]],
    ['an unfinished release', D, [D]],
    ['a bad release', C, []],
    ['the failed release', BAD, []],
    ['an unknown SHA', sha('9'), []],
    ['a SHA that is too short', 'bbbbbb', []],
  ])('%s', (_, name, expected) => {
    const found = ask(lines, { target: { kind: 'named', name }, snapshots: [snapshot(B)] });
    expect(found.found).toEqual(expected);
  });
});

describe('for every history', () => {
  const revision = fc.constantFrom(A, B, C, D, BAD);
  const line = fc.record({
    revision,
    state: fc.constantFrom('good', 'bad', 'failed', 'unfinished'),
    tree: fc.constantFrom('', 'tree-1', 'tree-2'),
    from: fc.option(revision, { nil: undefined, freq: 4 }),
  });
  const question = fc.record({
    lines: fc.array(line, { maxLength: 12 }),
    maxDepth: fc.integer({ min: 1, max: 6 }),
    kept: fc.uniqueArray(fc.constantFrom('', A, B, sha('e')), { maxLength: 4 }),
  });
  const clean = (lines: readonly { from?: string | undefined }[]) =>
    lines.map(({ from, ...rest }) => (from === undefined ? rest : { ...rest, from })) as Line[];

  test('a candidate succeeded, is not bad, and is not a rollback', () => {
    fc.assert(
      fc.property(question, ({ lines, maxDepth, kept }) => {
        const all = history(...clean(lines));
        const { candidates: found } = findCandidates({
          history: all,
          snapshots: kept.map((one) => snapshot(one)),
          badRelease: BAD,
          target: { kind: 'auto' },
          maxDepth,
          excluded: new Map(),
        });
        for (const { revision: chosen, entry } of found) {
          expect(chosen).not.toBe(BAD);
          if (entry === undefined) {
            expect(all.entries.some((one) => one.revision === chosen)).toBe(false);
            continue;
          }
          expect(entry.kind).toBe('deploy');
          expect(entry.state).toBe('good');
          const newest = all.entries.find(
            (one) =>
              one.kind === 'deploy' &&
              one.revision === chosen &&
              (one.state === 'good' || one.state === 'bad'),
          );
          expect(newest?.state).toBe('good');
        }
        expect(new Set(found.map((one) => one.revision)).size).toBe(found.length);
      }),
    );
  });

  test('every entry older than the bad release is a candidate or has a skip reason', () => {
    fc.assert(
      fc.property(question, ({ lines, maxDepth, kept }) => {
        const all = history(...clean(lines));
        const at = all.entries.findIndex(
          (one) => one.revision === BAD && (one.kind === 'deploy' || one.state === 'good'),
        );
        const older = all.entries.slice(Math.max(0, at)).map(({ id }) => id);
        const { candidates: found, skipped } = findCandidates({
          history: all,
          snapshots: kept.map((one) => snapshot(one)),
          badRelease: BAD,
          target: { kind: 'auto' },
          maxDepth,
          excluded: new Map(),
        });
        const listed = [...found.map(({ entry }) => entry?.id), ...skipped.map(({ id }) => id)];
        for (const id of older) expect(listed.filter((one) => one === id)).toHaveLength(1);
        expect(skipped.every(({ reason }) => reason !== '')).toBe(true);
      }),
    );
  });

  test('candidates are in the order of the ledger', () => {
    fc.assert(
      fc.property(question, ({ lines, maxDepth }) => {
        const all = history(...clean(lines));
        const { candidates: found } = findCandidates({
          history: all,
          snapshots: [],
          badRelease: BAD,
          target: { kind: 'auto' },
          maxDepth,
          excluded: new Map(),
        });
        const times = found.map(({ entry }) => entry?.createdMs ?? 0);
        expect(times).toEqual(times.toSorted((one, other) => other - one));
      }),
    );
  });
});
