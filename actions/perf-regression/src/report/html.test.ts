import { expect, test } from 'vitest';
import type { Judged } from '../compare/judged.ts';
import { htmlPage } from './html.ts';

const row: Judged = {
  benchmark: 'Parse',
  metric: 'time',
  unit: 'ns',
  better: 'lower',
  state: 'fail',
  method: 'history',
  reason: 'the last 5 runs are past 20%',
  before: 1000,
  after: 1300,
  ratio: 1.3,
  trend: [1000, 1010, 1300],
  since: { sha: 'abcdef1234567890', time: '2026-11-20T00:00:00Z', index: 2, ratio: 1.3 },
};

function page(rows: readonly Judged[], message = 'One is worse'): string {
  return htmlPage({
    ...{ verdict: 'fail', message, against: '12 runs', shift: '', time: '', sha: '', rows },
  });
}

test('a row has its numbers, its trend, and the commit that changed the level', () => {
  const html = page([row]);
  expect(html).toContain('+30.0 %');
  expect(html).toContain('1.3 µs');
  expect(html).toContain('<polyline points="4.0,56.0');
  expect(html).toContain('abcdef123456, 2026-11-20');
});

test('names are text, never markup; nothing is loaded from elsewhere', () => {
  const html = page(
    [{ ...row, benchmark: '<img src=x onerror=alert(1)>"\'' }],
    '<script>x</script>',
  );
  expect(html).not.toContain('<img');
  expect(html).not.toContain('<script>x');
  expect(html).toContain('&#60;img');
  expect(html).toContain("default-src 'none'");
});

test('a thousand rows, and how many more there are', () => {
  const html = page(Array.from({ length: 1_003 }, () => row));
  expect(html.match(/<tr class="fail">/g)).toHaveLength(1_000);
  expect(html).toContain('and 3 more');
});

test('two values are no trend, equal ones a flat line', () => {
  expect(page([{ ...row, trend: [1, 2] }])).not.toContain('<svg');
  expect(page([{ ...row, trend: [5, 5, 5] }])).not.toContain('NaN');
});
