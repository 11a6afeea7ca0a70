import { expect, test } from 'vitest';
import type { CheckResult } from '../check.ts';
import { checkResult, UNHEALTHY as FAILED, UNKNOWN } from '../testing/check-result.ts';
import { manifest } from '../testing/read-inputs.ts';
import { judge } from '../verdict.ts';
import { report } from './report.ts';

const HEALTHY = checkResult({
  latency: {
    connect: { p50: 1, p95: 1, max: 1 },
    total: { p50: 12.3456, p95: 40, max: 41 },
  },
  history: [
    { atMs: 0, state: 'unhealthy', reason: 'connection refused' },
    { atMs: 2_000, state: 'healthy', latencyMs: 12.3456 },
  ],
});
const UNHEALTHY: CheckResult = { ...FAILED, name: 'db, main' };
const SLOW: CheckResult = { ...HEALTHY, name: 'slow', status: 'degraded', timeToHealthyMs: 5_000 };

const reportOf = (results: readonly CheckResult[], bodyExcerpt = 512) =>
  report(results, judge(results), 2_345.6, { bodyExcerpt });

const summaryOf = (results: readonly CheckResult[], bodyExcerpt = 512) =>
  reportOf(results, bodyExcerpt).summary.map(({ markdown }) => markdown);

test('sets the outputs of action.yml, except those that core adds', () => {
  const added = ['verdict', 'message', 'report-file'];
  expect([...Object.keys(reportOf([HEALTHY]).outputs), ...added].sort()).toEqual(
    manifest.outputs.map(({ name }) => name).sort(),
  );
});

test('healthy passes without annotations', () => {
  const { verdict, message, outputs, annotations, result } = reportOf([HEALTHY]);
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

test('degraded counts as healthy, with a warning', () => {
  const { verdict, outputs, annotations } = reportOf([HEALTHY, SLOW]);
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

test('failed checks are listed with commas and leave time-to-healthy-ms empty', () => {
  const { verdict, outputs, annotations } = reportOf([HEALTHY, UNHEALTHY, UNKNOWN, SLOW]);
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

test('unknown is not healthy', () => {
  expect(reportOf([HEALTHY, UNKNOWN])).toMatchObject({
    verdict: 'unknown',
    outputs: { status: 'unknown', healthy: false },
  });
});

test('the results output is valid JSON of limited size', () => {
  expect(JSON.parse(String(reportOf([HEALTHY]).outputs.results))).toEqual([
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
  const many = Array.from({ length: 3_000 }, (_, index) => ({ ...UNHEALTHY, name: `ä${index}` }));
  const text = String(reportOf(many).outputs.results);
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(64_000);
  expect(Buffer.byteLength(text)).toBeGreaterThan(63_000);
  expect(JSON.parse(text)[0]).toMatchObject({ name: 'ä0' });
});

test('the summary starts with the verdict, then lists the worst checks first', () => {
  const [heading, sentence, table, evidence, phases, ...more] = summaryOf([
    HEALTHY,
    UNHEALTHY,
    SLOW,
  ]);
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
  expect(phases).toContain('Latency by phase');
  expect(phases).not.toContain('db, main');
  expect(more).toEqual([]);
});

test('a check without its own name shows its target once', () => {
  const url = 'https://shop.example/health';
  const [, , table = ''] = summaryOf([{ ...HEALTHY, name: url }]);
  expect(table.split('shop.example')).toHaveLength(2);
});

test('omits the latency table and the evidence when they are empty', () => {
  expect(summaryOf([{ ...UNHEALTHY, evidence: [] }])).toHaveLength(3);
  expect(summaryOf([UNHEALTHY], 0)).toHaveLength(3);
});

test('evidence lists the failed addresses', () => {
  const addresses: CheckResult['addresses'] = [
    { address: '192.0.2.1', state: 'healthy' },
    { address: '192.0.2.2', state: 'unhealthy', reason: 'status 503' },
  ];
  const [, , , evidence] = summaryOf([{ ...UNHEALTHY, addresses }]);
  expect(evidence).toContain('192.0.2.2: status 503');
  expect(evidence).not.toContain('192.0.2.1:');
});

test('escapes Markdown in untrusted text', () => {
  const hostile = '<img src=x> | @octocat `code` [a](b)';
  const text = summaryOf([
    {
      ...UNHEALTHY,
      name: hostile,
      target: hostile,
      reason: hostile,
      evidence: [{ title: hostile, lines: [hostile] }],
    },
  ]).join('\n');
  expect(text).not.toMatch(/<img|@octocat|[^\\]`code|[^\\]\[a\]\(b/);
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
  const { result } = reportOf([{ ...UNHEALTHY, evidence: [{ title: 'answer', lines }] }], most);
  const [check] = (result as { checks: CheckResult[] }).checks;
  expect(check?.evidence[0]?.lines).toEqual(kept);
});

test('self-healing appears in report, summary and annotations; its failures are warnings', () => {
  const { result, summary, annotations, verdict } = report(
    [UNHEALTHY],
    judge([UNHEALTHY]),
    1,
    { bodyExcerpt: 0 },
    {
      workflow: {
        state: 'limit-reached',
        name: 'deploy.yml',
        reason: 'the limit of 2 per 6h is reached',
      },
      incident: { state: 'closed', number: 7, url: 'https://github.test/i/7', downtimeMs: 60_000 },
      problems: ['no *permission*'],
    },
  );
  expect(verdict).toBe('fail');
  expect(result).toMatchObject({ selfHeal: { incident: { number: 7 } } });
  const text = summary.map(({ markdown }) => markdown).join('\n');
  expect(text).toMatch(/deploy\.yml was not started: the limit of 2 per 6h is reached\./);
  expect(text).toContain(
    'Incident [<code>#7</code>](https://github.test/i/7) was closed after 1m.',
  );
  expect(text).toContain('no \\*permission\\*');
  expect(annotations.slice(1)).toEqual([
    { level: 'warning', title: 'Self-heal', message: 'no *permission*' },
    {
      level: 'warning',
      title: 'Self-heal',
      message: 'deploy.yml was not started: the limit of 2 per 6h is reached',
    },
  ]);
});
