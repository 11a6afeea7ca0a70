import { expect, test } from 'vitest';
import type { CheckResult } from '../check.ts';
import { BLIND, checkResult, ILL as SICK } from '../testing/check-result.ts';
import { manifest } from '../testing/read-inputs.ts';
import { report } from './report.ts';

const HEALTHY = checkResult({
  latency: {
    connect: { p50: 1, p95: 1, max: 1 },
    total: { p50: 12.3456, p95: 40, max: 41 },
  },
  history: [
    { atMs: 0, state: 'bad', reason: 'connection refused' },
    { atMs: 2_000, state: 'good', latencyMs: 12.3456 },
  ],
});
const ILL: CheckResult = { ...SICK, name: 'db, main' };
const SLOW: CheckResult = { ...HEALTHY, name: 'slow', status: 'degraded', timeToHealthyMs: 5_000 };

const of = (results: readonly CheckResult[], bodyExcerpt = 512) =>
  report(results, 2_345.6, { bodyExcerpt });

const summaryOf = (results: readonly CheckResult[], bodyExcerpt = 512) =>
  of(results, bodyExcerpt).summary.map(({ markdown }) => markdown);

test('the outputs are those that action.yml names, beside the ones that core adds', () => {
  const added = ['verdict', 'message', 'report-file'];
  expect([...Object.keys(of([HEALTHY]).outputs), ...added].sort()).toEqual(
    manifest.outputs.map(({ name }) => name).sort(),
  );
});

test('all is well', () => {
  const { verdict, message, outputs, annotations, result } = of([HEALTHY]);
  expect(verdict).toBe('pass');
  expect(message).toBe('https://shop.example/health is healthy, after 2 attempts');
  expect(outputs).toEqual({
    status: 'healthy',
    healthy: true,
    'failed-checks': '',
    attempts: 2,
    'time-to-healthy-ms': 2_000,
    'duration-ms': 2_346,
    results: expect.any(String),
  });
  expect(annotations).toEqual([]);
  expect(result).toEqual({ status: 'healthy', checks: [HEALTHY] });
});

test('degraded is well, with a warning', () => {
  const { verdict, outputs, annotations } = of([HEALTHY, SLOW]);
  expect(verdict).toBe('warn');
  expect(outputs).toMatchObject({
    status: 'degraded',
    healthy: true,
    'failed-checks': '',
    attempts: 4,
    'time-to-healthy-ms': 5_000,
  });
  expect(annotations).toEqual([
    {
      level: 'warning',
      title: 'slow is degraded',
      message: 'https://shop.example/health: after 2 attempts',
    },
  ]);
});

test('failed checks are named, commas apart; there is no time to healthy', () => {
  const { verdict, outputs, annotations } = of([HEALTHY, ILL, BLIND, SLOW]);
  expect(verdict).toBe('fail');
  expect(outputs).toMatchObject({
    status: 'unhealthy',
    healthy: false,
    'failed-checks': 'db  main,blind',
    'time-to-healthy-ms': '',
  });
  expect(annotations.map(({ level, title }) => [level, title])).toEqual([
    ['error', 'db, main is unhealthy'],
    ['error', 'blind is unknown'],
    ['warning', 'slow is degraded'],
  ]);
});

test('what could not be judged is not well', () => {
  expect(of([HEALTHY, BLIND])).toMatchObject({
    verdict: 'unknown',
    outputs: { status: 'unknown', healthy: false },
  });
});

test('the compact results are whole JSON, whatever there is', () => {
  expect(JSON.parse(String(of([HEALTHY]).outputs.results))).toEqual([
    {
      name: 'api',
      kind: 'http',
      target: 'https://shop.example/health',
      status: 'healthy',
      reason: 'after 2 attempts',
      attempts: 2,
      latency: { p50: 12.3456, p95: 40, max: 41 },
    },
  ]);
  const many = Array.from({ length: 3_000 }, (_, index) => ({ ...ILL, name: `ä${index}` }));
  const text = String(of(many).outputs.results);
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(64_000);
  expect(Buffer.byteLength(text)).toBeGreaterThan(63_000);
  expect(JSON.parse(text)[0]).toMatchObject({ name: 'ä0' });
});

test('the summary begins with the answer, then the table with the worst first', () => {
  const [heading, sentence, table, evidence, phases, ...more] = summaryOf([HEALTHY, ILL, SLOW]);
  expect(heading).toBe('## ❌ health-check: unhealthy');
  expect(sentence).toBe(
    '1 of 3 checks is unhealthy: db, main, connection refused \\(after 2 attempts in 2s, the deadline\\)',
  );
  const rows = table?.split('\n').slice(2) ?? [];
  expect(rows.map((row) => row.slice(0, 30))).toEqual([
    expect.stringContaining('❌'),
    expect.stringContaining('⚠️'),
    expect.stringContaining('✅'),
  ]);
  expect(rows[2]).toContain('| 12ms | 40ms |');
  expect(evidence).toMatch(/^<details><summary>Evidence: db, main is unhealthy<\/summary>/);
  expect(evidence).toContain('<pre><code>one\ntwo</code></pre>');
  expect(phases).toContain('Where the time went');
  expect(phases).not.toContain('db, main');
  expect(more).toEqual([]);
});

test('a target that has no name of its own is told once', () => {
  const url = 'https://shop.example/health';
  const [, , table = ''] = summaryOf([{ ...HEALTHY, name: url }]);
  expect(table.split('shop.example')).toHaveLength(2);
});

test('nothing that was measured: no table of phases; nothing to show: no evidence', () => {
  expect(summaryOf([{ ...ILL, evidence: [] }])).toHaveLength(3);
  expect(summaryOf([ILL], 0)).toHaveLength(3);
});

test('several addresses are told apart', () => {
  const addresses: CheckResult['addresses'] = [
    { address: '192.0.2.1', state: 'good' },
    { address: '192.0.2.2', state: 'bad', reason: 'status 503' },
  ];
  const [, , , evidence] = summaryOf([{ ...ILL, addresses }]);
  expect(evidence).toContain('192.0.2.2: status 503');
  expect(evidence).not.toContain('192.0.2.1:');
});

test('text from outside is no Markdown', () => {
  const foul = '<img src=x> | @somebody `code` [a](b)';
  const text = summaryOf([
    { ...ILL, name: foul, target: foul, reason: foul, evidence: [{ title: foul, lines: [foul] }] },
  ]).join('\n');
  expect(text).not.toMatch(/<img|@somebody|[^\\]`code|[^\\]\[a\]\(b/);
});

test.each([
  [['abcdef', 'gh'], 512, ['abcdef', 'gh']],
  [['abcdef', 'gh'], 9, ['abcdef', 'gh']],
  [['abcdef', 'gh'], 8, ['abcdef', 'g…']],
  [['abcdef', 'gh'], 7, ['abcdef', '…']],
  [['abcdef', 'gh'], 6, ['abcdef', '…']],
  [['abcdef', 'gh'], 5, ['abcde…']],
  [['aéé'], 3, ['aé…']],
  [['aéé'], 4, ['aé…']],
  [['😀😀'], 7, ['😀…']],
  [['a\ufffd\ufffd'], 5, ['a\ufffd…']],
  [['abc'], 0, undefined],
])('the excerpt of %j in %d bytes', (lines, most, kept) => {
  const { result } = of([{ ...ILL, evidence: [{ title: 'answer', lines }] }], most);
  const [check] = (result as { checks: CheckResult[] }).checks;
  expect(check?.evidence[0]?.lines).toEqual(kept);
});

test('what was done on GitHub is in report, summary and annotations; its failures are warnings', () => {
  const { result, summary, annotations, verdict } = report(
    [ILL],
    1,
    { bodyExcerpt: 0 },
    {
      workflow: { state: 'limit', name: 'deploy.yml', reason: 'the limit of 2 per 6h is reached' },
      incident: { state: 'closed', number: 7, url: 'https://github.test/i/7', downtimeMs: 60_000 },
      problems: ['no *permission*'],
    },
  );
  expect(verdict).toBe('fail');
  expect(result).toMatchObject({ healing: { incident: { number: 7 } } });
  const text = summary.map(({ markdown }) => markdown).join('\n');
  expect(text).toContain('deploy.yml is not started: the limit of 2 per 6h is reached.');
  expect(text).toContain('Incident [<code>#7</code>](https://github.test/i/7) is closed after 1m.');
  expect(text).toContain('no \\*permission\\*');
  expect(annotations.slice(1)).toEqual([
    { level: 'warning', title: 'Self-heal', message: 'no *permission*' },
    {
      level: 'warning',
      title: 'Self-heal',
      message: 'deploy.yml is not started: the limit of 2 per 6h is reached',
    },
  ]);
});
