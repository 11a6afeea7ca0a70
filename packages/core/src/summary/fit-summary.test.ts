import { expect, test } from 'vitest';
import { fitSummary } from './fit-summary.ts';

const block = (markdown: string) => ({ markdown });

test('keeps blocks that fit', () => {
  expect(fitSummary([block('a'), block('b')])).toBe('a\n\nb\n');
  expect(fitSummary([])).toBe('\n');
});

test('omits the blocks from the first that does not fit, and adds a note', () => {
  const summary = fitSummary([block('x'.repeat(700)), block('y'.repeat(200)), block('z')], 1_000);
  expect(summary).toBe(
    `${'x'.repeat(700)}\n\n> 2 more parts of this summary would exceed GitHub's limit of 1 MiB; the JSON report has everything.\n`,
  );
  expect(fitSummary([block('x'.repeat(2_000))], 1_000)).toMatch(/^> 1 more part of this summary/);
});

test('counts bytes, not characters', () => {
  const wide = Array.from({ length: 300 }, () => block('▁'.repeat(2_000)));
  const summary = fitSummary(wide);
  expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(1_000_000);
  expect(Buffer.byteLength(summary)).toBeGreaterThan(990_000);
  expect(summary).toContain('134 more parts');
});

test('counts the note', () => {
  for (let length = 700; length < 1_000; length++) {
    const summary = fitSummary([block('x'.repeat(length)), block('y'.repeat(99))], 1_000);
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(1_000);
  }
});
