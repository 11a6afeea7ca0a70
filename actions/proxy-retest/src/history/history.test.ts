import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type History, type TestResult, updateHistory } from './history.ts';
import { addTest, computeHealth, computeScore, EMPTY_TALLY } from './score.ts';
import { formatState, parseState } from './state-file.ts';

const DAY = 86_400_000;
const NOW = Date.parse('2026-01-01T00:00:00Z');

function alive(at: number): TestResult {
  return { state: 'alive', at, latency: 200, address: '192.0.2.1' };
}

function failed(at: number, ...targets: readonly string[]): TestResult {
  return { state: 'failed', at, phase: 'tcp', kind: 'refused', message: 'refused', targets };
}

function after(...results: readonly TestResult[]): History | undefined {
  return results.reduce<History | undefined>(updateHistory, undefined);
}

describe('the score', () => {
  test('health is the lower bound of the Wilson interval', () => {
    expect(computeHealth(EMPTY_TALLY)).toBeUndefined();
    expect(computeHealth({ s: 1, n: 1 })).toBeCloseTo(0.5, 10);
    expect(computeHealth({ s: 4, n: 4 })).toBeCloseTo(0.8, 10);
    expect(computeHealth({ s: 0, n: 3 })).toBe(0);
    // From the formula, by hand: (0.5 + 1/16 − √(0.25/8 + 1/256)) / (1 + 1/8)
    expect(computeHealth({ s: 4, n: 8 })).toBeCloseTo(0.33333, 4);
  });

  test('the weight of a test halves within a day', () => {
    expect(addTest({ s: 4, n: 8 }, DAY, true)).toEqual({ s: 3, n: 5 });
  });

  test('100 · health · (0.5 + 0.5 · L)', () => {
    expect(computeScore(1, 1_080)).toBeCloseTo(75, 10);
    expect(computeScore(0.8, 1_440)).toBeCloseTo(80 * (0.5 + 0.5 / (1 + Math.E)), 10);
    expect(computeScore(1, undefined)).toBe(50);
    expect(computeScore(1, 100, { isTampered: true })).toBe(0);
  });

  test('health is from 0 to 1 and does not decrease after a success', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        (share, n) => {
          const tally = { s: share * n, n };
          const health = computeHealth(tally) ?? Number.NaN;
          expect(health).toBeGreaterThanOrEqual(0);
          expect(health).toBeLessThanOrEqual(1);
          expect(computeHealth(addTest(tally, 0, true))).toBeGreaterThanOrEqual(health - 1e-9);
        },
      ),
    );
  });
});

describe('updateHistory', () => {
  test('an endpoint is dead after failures on two targets', () => {
    expect(after(alive(NOW), failed(NOW + 1, 'a'))?.status).toBe('unconfirmed');
    expect(after(alive(NOW), failed(NOW + 1, 'a'), failed(NOW + 2, 'a'))?.status).toBe(
      'unconfirmed',
    );
    expect(after(alive(NOW), failed(NOW + 1, 'a', 'b'))?.status).toBe('dead');
    expect(after(alive(NOW), failed(NOW + 1, 'a'), failed(NOW + 2, 'b'))?.status).toBe('dead');
  });

  test('an answer clears the failed targets', () => {
    const back = after(failed(NOW, 'a'), alive(NOW + 1), failed(NOW + 2, 'b'));
    expect(back?.status).toBe('unconfirmed');
    expect(after(failed(NOW, 'a', 'b'), alive(NOW + 1))).toMatchObject({
      status: 'alive',
      fails: 0,
      flips: 1,
      since: NOW + 1,
    });
  });

  test('inconclusive and skipped results do not change it', () => {
    const before = after(alive(NOW));
    expect(updateHistory(before, { state: 'inconclusive', at: NOW + 1, message: 'x' })).toBe(
      before,
    );
    const skipped = { state: 'skipped', at: NOW, kind: 'address-refused', message: 'x' } as const;
    expect(updateHistory(before, skipped)).toBe(before);
  });
});

test('the state file is sorted, and invalid lines are skipped', async () => {
  const histories = new Map(
    ['f', '0', 'a'].map((digit) => [digit.repeat(64), after(alive(NOW)) as History]),
  );
  const lines: Buffer[] = [];
  for await (const line of formatState(histories)) lines.push(line);
  const text = Buffer.concat(lines);
  const ids = text
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).id[0]);
  expect(ids).toEqual(['0', 'a', 'f']);
  expect(parseState(text)).toEqual({ histories: new Map([...histories].sort()), invalidLines: 0 });
  const damaged = Buffer.concat([Buffer.from('{"id":"x"}\n\n'), text.subarray(0, -10)]);
  expect(parseState(damaged)).toMatchObject({ invalidLines: 2, histories: { size: 2 } });
});

test.each([
  { latency: 'soon' },
  { aliveAt: null },
  { failure: 'tcp' },
  { failure: { phase: 'tcp', kind: 7 } },
  { failedOn: 'one.example' },
  { failedOn: [1] },
  { status: 'well' },
  { fails: 'many' },
])('a line of the state with %o is invalid', (wrong) => {
  const line = (changes: object) =>
    Buffer.from(JSON.stringify({ id: 'a'.repeat(64), ...after(alive(NOW)), ...changes }));
  expect(parseState(line({}))).toMatchObject({ invalidLines: 0, histories: { size: 1 } });
  expect(parseState(line(wrong))).toMatchObject({ invalidLines: 1, histories: { size: 0 } });
});
