import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { candidates, type Question, type SnapshotFacts } from './candidates.ts';
import { history, type Line, sha } from './testing/history.ts';

const [A, B, C, D, BAD] = [sha('a'), sha('b'), sha('c'), sha('d'), sha('f')];

const snapshot = (revision: string, id = `s-${revision[0] ?? 'unknown'}`): SnapshotFacts => ({
  id,
  revision,
  content: '',
  takenMs: 0,
});

function ask(lines: readonly Line[], question: Partial<Question> = {}) {
  const { candidates: found, passedOver } = candidates({
    history: history(...lines),
    snapshots: [],
    badRelease: BAD,
    wanted: { kind: 'auto' },
    maxDepth: 5,
    excluded: new Map(),
    ...question,
  });
  return {
    found: found.map(({ revision }) => revision),
    passedOver: passedOver.map(({ revision, why }) => `${revision[0] ?? '?'} ${why}`),
  };
}

describe('whose turn it is, on histories as they come', () => {
  test('the one before', () => {
    expect(
      ask([
        { revision: A, state: 'good' },
        { revision: B, state: 'good' },
        { revision: BAD, state: 'unfinished' },
      ]),
    ).toEqual({ found: [B, A], passedOver: ['f is the release that failed'] });
  });

  test('failed and unfinished ones between', () => {
    expect(
      ask([
        { revision: A, state: 'good' },
        { revision: B, state: 'failed' },
        { revision: C, state: 'unfinished' },
        { revision: BAD, state: 'unfinished' },
      ]),
    ).toEqual({
      found: [A],
      passedOver: [
        'f is the release that failed',
        'c was never said to be good: its deploy is unfinished',
        'b never reached success',
      ],
    });
  });

  test('good once, and marked bad later', () => {
    expect(
      ask([
        { revision: A, state: 'good' },
        { revision: B, state: 'bad', reason: 'health check' },
        { revision: BAD, state: 'good' },
      ]),
    ).toMatchObject({
      found: [A],
      passedOver: ['f is the release that failed', 'b was marked bad: health check'],
    });
  });

  test('a good deploy of a release, whose later deploy was marked bad', () => {
    expect(
      ask([
        { revision: A, state: 'good' },
        { revision: B, state: 'good' },
        { revision: B, state: 'bad' },
        { revision: BAD, state: 'unfinished' },
      ]).found,
    ).toEqual([A]);
  });

  test('a bad deploy of a release, whose later deploy was good', () => {
    expect(
      ask([
        { revision: B, state: 'bad' },
        { revision: B, state: 'good' },
        { revision: BAD, state: 'unfinished' },
      ]).found,
    ).toEqual([B]);
  });

  test('a bad deploy of a release, whose later deploy is newer than the one that failed', () => {
    expect(
      ask([
        { revision: C, state: 'bad' },
        { revision: BAD, state: 'good' },
        { revision: C, state: 'good' },
      ]).found,
    ).toEqual([]);
  });

  test('a good release whose later deploy failed has still reached success', () => {
    expect(
      ask([
        { revision: B, state: 'good' },
        { revision: B, state: 'failed' },
        { revision: BAD, state: 'unfinished' },
      ]).found,
    ).toEqual([B]);
  });

  test('the same content under another SHA', () => {
    expect(
      ask([
        { revision: A, state: 'good', content: 'tree-1' },
        { revision: B, state: 'good', content: 'tree-2' },
        { revision: BAD, state: 'unfinished', content: 'tree-2' },
      ]),
    ).toMatchObject({
      found: [A],
      passedOver: [
        'f is the release that failed',
        'b has the same content as the release that failed',
      ],
    });
  });

  test('after a rollback: it is no release of its own, the next deploy falls back to the restored', () => {
    expect(
      ask([
        { revision: A, state: 'good' },
        { revision: B, state: 'bad' },
        { revision: A, state: 'good', from: B },
        { revision: BAD, state: 'unfinished' },
      ]),
    ).toEqual({
      found: [A],
      passedOver: [
        'f is the release that failed',
        'a is a rollback to aaaaaaa, which stands for itself',
        'b was marked bad',
      ],
    });
  });

  test('further back than max-depth', () => {
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
      passedOver: expect.arrayContaining(['a is 3 releases back, further than max-depth']),
    });
  });

  test('excluded: tried just now, or not in the history of a branch that was force-pushed', () => {
    const excluded = new Map([
      [C, 'was tried just now: status 500'],
      [B, 'is not in the history of main (any more)'],
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
      passedOver: [
        'f is the release that failed',
        'c was tried just now: status 500',
        'b is not in the history of main (any more)',
      ],
    });
  });

  test('none at all', () => {
    expect(ask([])).toEqual({ found: [], passedOver: [] });
    expect(ask([{ revision: BAD, state: 'unfinished' }]).found).toEqual([]);
  });

  test('the one that failed is not in the ledger: all that is there is older', () => {
    expect(ask([{ revision: A, state: 'good' }]).found).toEqual([A]);
  });

  test('what ran before the first record is known by its snapshot alone', () => {
    expect(
      ask([{ revision: BAD, state: 'unfinished' }], { snapshots: [snapshot('')] }).found,
    ).toEqual(['']);
    expect(
      ask([{ revision: BAD, state: 'unfinished' }], { snapshots: [snapshot(D), snapshot('')] })
        .found,
    ).toEqual([D, '']);
  });
});

describe('a target by name', () => {
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
    ['one that nobody said was good', D, [D]],
    ['a bad one', C, []],
    ['the one that failed', BAD, []],
    ['a stranger', sha('9'), []],
    ['too little of a SHA', 'bbbbbb', []],
  ])('%s', (_, name, expected) => {
    const found = ask(lines, { wanted: { kind: 'named', name }, snapshots: [snapshot(B)] });
    expect(found.found).toEqual(expected);
  });
});

describe('for every history', () => {
  const revision = fc.constantFrom(A, B, C, D, BAD);
  const line = fc.record({
    revision,
    state: fc.constantFrom('good', 'bad', 'failed', 'unfinished'),
    content: fc.constantFrom('', 'tree-1', 'tree-2'),
    from: fc.option(revision, { nil: undefined, freq: 4 }),
  });
  const question = fc.record({
    lines: fc.array(line, { maxLength: 12 }),
    maxDepth: fc.integer({ min: 1, max: 6 }),
    kept: fc.uniqueArray(fc.constantFrom('', A, B, sha('e')), { maxLength: 4 }),
  });
  const clean = (lines: readonly { from?: string | undefined }[]) =>
    lines.map(({ from, ...rest }) => (from === undefined ? rest : { ...rest, from })) as Line[];

  test('a candidate reached success, is not bad, not the bad release and no rollback', () => {
    fc.assert(
      fc.property(question, ({ lines, maxDepth, kept }) => {
        const past = history(...clean(lines));
        const { candidates: found } = candidates({
          history: past,
          snapshots: kept.map((one) => snapshot(one)),
          badRelease: BAD,
          wanted: { kind: 'auto' },
          maxDepth,
          excluded: new Map(),
        });
        for (const { revision: chosen, entry } of found) {
          expect(chosen).not.toBe(BAD);
          if (entry === undefined) {
            expect(past.entries.some((one) => one.revision === chosen)).toBe(false);
            continue;
          }
          expect(entry.kind).toBe('deploy');
          expect(entry.state).toBe('good');
          const said = past.entries.find(
            (one) =>
              one.kind === 'deploy' &&
              one.revision === chosen &&
              (one.state === 'good' || one.state === 'bad'),
          );
          expect(said?.state).toBe('good');
        }
        expect(new Set(found.map((one) => one.revision)).size).toBe(found.length);
      }),
    );
  });

  test('every entry that is older than the bad release is a candidate or is explained', () => {
    fc.assert(
      fc.property(question, ({ lines, maxDepth, kept }) => {
        const past = history(...clean(lines));
        const at = past.entries.findIndex(
          (one) => one.revision === BAD && (one.kind === 'deploy' || one.state === 'good'),
        );
        const older = past.entries.slice(Math.max(0, at)).map(({ id }) => id);
        const { candidates: found, passedOver } = candidates({
          history: past,
          snapshots: kept.map((one) => snapshot(one)),
          badRelease: BAD,
          wanted: { kind: 'auto' },
          maxDepth,
          excluded: new Map(),
        });
        const told = [...found.map(({ entry }) => entry?.id), ...passedOver.map(({ id }) => id)];
        for (const id of older) expect(told.filter((one) => one === id)).toHaveLength(1);
        expect(passedOver.every(({ why }) => why !== '')).toBe(true);
      }),
    );
  });

  test('the better one comes first: candidates are in the order of the ledger', () => {
    fc.assert(
      fc.property(question, ({ lines, maxDepth }) => {
        const past = history(...clean(lines));
        const { candidates: found } = candidates({
          history: past,
          snapshots: [],
          badRelease: BAD,
          wanted: { kind: 'auto' },
          maxDepth,
          excluded: new Map(),
        });
        const times = found.map(({ entry }) => entry?.createdMs ?? 0);
        expect(times).toEqual(times.toSorted((one, other) => other - one));
      }),
    );
  });
});
