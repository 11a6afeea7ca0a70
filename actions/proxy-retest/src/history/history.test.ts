import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Finding, type History, remember } from './history.ts';
import { healthOf, NO_TALLY, scoreOf, withTest } from './score.ts';
import { parseState, stateLines } from './state-file.ts';

const DAY = 86_400_000;
const NOW = Date.parse('2026-01-01T00:00:00Z');

function alive(at: number): Finding {
  return { state: 'alive', at, latency: 200, address: '192.0.2.1' };
}

function failed(at: number, ...targets: readonly string[]): Finding {
  return { state: 'failed', at, phase: 'tcp', kind: 'refused', message: 'refused', targets };
}

function after(...findings: readonly Finding[]): History | undefined {
  return findings.reduce<History | undefined>(remember, undefined);
}

describe('the score', () => {
  test('Wilson’s lower bound with z = 1', () => {
    expect(healthOf(NO_TALLY)).toBeUndefined();
    expect(healthOf({ s: 1, n: 1 })).toBeCloseTo(0.5, 10);
    expect(healthOf({ s: 4, n: 4 })).toBeCloseTo(0.8, 10);
    expect(healthOf({ s: 0, n: 3 })).toBe(0);
    // From the formula, by hand: (0.5 + 1/16 − √(0.25/8 + 1/256)) / (1 + 1/8)
    expect(healthOf({ s: 4, n: 8 })).toBeCloseTo(0.33333, 4);
  });

  test('what was seen a day ago counts half', () => {
    expect(withTest({ s: 4, n: 8 }, DAY, true)).toEqual({ s: 3, n: 5 });
  });

  test('100 · health · (0.5 + 0.5 · L)', () => {
    expect(scoreOf(1, 1_080)).toBeCloseTo(75, 10);
    expect(scoreOf(0.8, 1_440)).toBeCloseTo(80 * (0.5 + 0.5 / (1 + Math.E)), 10);
    expect(scoreOf(1, undefined)).toBe(50);
    expect(scoreOf(1, 100, { isTampered: true })).toBe(0);
  });

  test('health is from 0 to 1, and a success never lowers it', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        (share, n) => {
          const tally = { s: share * n, n };
          const health = healthOf(tally) ?? Number.NaN;
          expect(health).toBeGreaterThanOrEqual(0);
          expect(health).toBeLessThanOrEqual(1);
          expect(healthOf(withTest(tally, 0, true))).toBeGreaterThanOrEqual(health - 1e-9);
        },
      ),
    );
  });
});

describe('the history', () => {
  test('"died" takes failures on two targets, in one run or in two', () => {
    expect(after(alive(NOW), failed(NOW + 1, 'a'))?.status).toBe('unsure');
    expect(after(alive(NOW), failed(NOW + 1, 'a'), failed(NOW + 2, 'a'))?.status).toBe('unsure');
    expect(after(alive(NOW), failed(NOW + 1, 'a', 'b'))?.status).toBe('dead');
    expect(after(alive(NOW), failed(NOW + 1, 'a'), failed(NOW + 2, 'b'))?.status).toBe('dead');
  });

  test('an answer ends it; what failed before is no witness any more', () => {
    const back = after(failed(NOW, 'a'), alive(NOW + 1), failed(NOW + 2, 'b'));
    expect(back?.status).toBe('unsure');
    expect(after(failed(NOW, 'a', 'b'), alive(NOW + 1))).toMatchObject({
      status: 'alive',
      fails: 0,
      flips: 1,
      since: NOW + 1,
    });
  });

  test('what says nothing about the endpoint changes nothing', () => {
    const before = after(alive(NOW));
    expect(remember(before, { state: 'void', at: NOW + 1, message: 'x' })).toBe(before);
    const skipped = { state: 'skipped', at: NOW, kind: 'address-refused', message: 'x' } as const;
    expect(remember(before, skipped)).toBe(before);
  });
});

test('the state file is read as it was written, sorted; a broken line costs itself alone', async () => {
  const histories = new Map(
    ['f', '0', 'a'].map((digit) => [digit.repeat(64), after(alive(NOW)) as History]),
  );
  const lines: Buffer[] = [];
  for await (const line of stateLines(histories)) lines.push(line);
  const text = Buffer.concat(lines);
  const ids = text
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).id[0]);
  expect(ids).toEqual(['0', 'a', 'f']);
  expect(parseState(text)).toEqual({ histories: new Map([...histories].sort()), broken: 0 });
  const damaged = Buffer.concat([Buffer.from('{"id":"x"}\n\n'), text.subarray(0, -10)]);
  expect(parseState(damaged)).toMatchObject({ broken: 2, histories: { size: 2 } });
});

test.each([
  { latency: 'soon' },
  { aliveAt: null },
  { why: 'tcp' },
  { why: { phase: 'tcp', kind: 7 } },
  { failedOn: 'one.example' },
  { failedOn: [1] },
  { status: 'well' },
  { fails: 'many' },
])('a line of the state with %o is none of ours', (wrong) => {
  const line = (changes: object) =>
    Buffer.from(JSON.stringify({ id: 'a'.repeat(64), ...after(alive(NOW)), ...changes }));
  expect(parseState(line({}))).toMatchObject({ broken: 0, histories: { size: 1 } });
  expect(parseState(line(wrong))).toMatchObject({ broken: 1, histories: { size: 0 } });
});
