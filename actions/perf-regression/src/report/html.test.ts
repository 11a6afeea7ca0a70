import { expect, test } from 'vitest';
import type { MetricResult } from '../compare/metric-result.ts';
import { htmlPage } from './html.ts';

const row: MetricResult = {
  benchmark: 'Parse',
  metric: 'time',
  unit: 'ns',
  better: 'lower',
  state: 'fail',
  method: 'history',
  reason: 'the last 5 runs are worse',
  before: 1000,
  after: 1300,
  ratio: 1.3,
  trend: [1000, 1010, 1300],
  since: { sha: 'abcdef1234567890', time: '2026-11-20T00:00:00Z', index: 2, ratio: 1.3 },
};

function page(rows: readonly MetricResult[], message = '1 regression'): string {
  return htmlPage({
    verdict: 'fail',
    message,
    against: '12 runs',
    shift: '',
    time: '',
    sha: '',
    rows,
  });
}

test('a row contains its values, its trend, and the commit of the change', () => {
  const html = page([row]);
  expect(html).toContain('+30.0%');
  expect(html).toContain('1.3 µs');
  expect(html).toContain('<polyline points="4.0,56.0');
  expect(html).toContain('abcdef123456, 2026-11-20');
});

test('escapes names and loads nothing', () => {
  const html = page(
    [{ ...row, benchmark: '<img src=x onerror=alert(1)>"\'' }],
    '<script>x</script>',
  );
  expect(html).not.toContain('<img');
  expect(html).not.toContain('<script>x');
  expect(html).toContain('&#60;img');
  expect(html).toContain("default-src 'none'");
});

test('shows 1,000 rows and the number of others', () => {
  const html = page(Array.from({ length: 1_003 }, () => row));
  expect(html.match(/<tr class="fail">/g)).toHaveLength(1_000);
  expect(html).toContain('and 3 more');
});

test('draws no trend of two values, and a flat line of equal ones', () => {
  expect(page([{ ...row, trend: [1, 2] }])).not.toContain('<svg');
  expect(page([{ ...row, trend: [5, 5, 5] }])).not.toContain('NaN');
});
