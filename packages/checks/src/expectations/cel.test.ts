import { expect, test } from 'vitest';
import { DurationFact, type Facts } from '../facts.ts';
import { parseJson } from '../parse-json.ts';
import { celExpectation, celNegatedExpectation } from './cel.ts';

const VARIABLES = ['status', 'headers', 'body', 'json', 'latency', 'usedPercent', 'tls', 'window'];

const FACTS: Facts = {
  status: 200,
  headers: { 'content-type': 'application/json', 'x-a': '1' },
  body: 'all is ok',
  json: {
    status: 'ok',
    count: 3,
    ratio: 0.5,
    none: null,
    list: [1, 2, 3],
    checks: [
      { name: 'db', ok: true },
      { name: 'cache', ok: false },
    ],
  },
  latency: new DurationFact(350.1234567),
  usedPercent: 90,
  window: { failures: 0, p95: new DurationFact(1_999.999_999_9) },
};

const met = (source: string, facts = FACTS) => celExpectation(source, VARIABLES).judge(facts).met;

function found(source: string, facts = FACTS): string {
  const judgement = celExpectation(source, VARIABLES).judge(facts);
  return judgement.met ? 'met' : judgement.found;
}

function getError(source: string, variables = VARIABLES): { message: string; remedy: string } {
  try {
    celExpectation(source, variables);
  } catch (error) {
    return error as Error & { remedy: string };
  }
  return { message: 'taken', remedy: '' };
}

test.each([
  'status == 200',
  'status in [200, 204]',
  'status >= 200 && status < 300',
  "headers['content-type'].contains('json')",
  "'x-a' in headers && !('x-b' in headers)",
  "body.matches('^all .*ok$')",
  "body.startsWith('all') && body.size() == 9",
  "body.upperAscii() == 'ALL IS OK'",
  "json.status == 'ok'",
  'json.count > 2 && json.count < 3.5 && json.count == 3.0',
  'json.ratio < 1.0 && json.ratio < 1',
  'json.none == null',
  'has(json.status) && !has(json.absent)',
  'json.list.all(x, x > 0)',
  "json.checks.exists(c, c.name == 'db' && c.ok)",
  "json.checks.filter(c, !c.ok).map(c, c.name) == ['cache']",
  'json.list.exists_one(json, json == 3)',
  'size(json.checks) == 2',
  "latency < duration('500ms') && latency > duration('350ms')",
  "window.p95 == duration('2s')",
  'usedPercent < 90.5 && usedPercent <= 90',
  'double(json.count) / 2.0 == 1.5',
  "status == 200 ? json.status == 'ok' : false",
  "has(json.absent) || status == 200 || json.absent == 'x'",
])('%s', (source) => {
  expect(found(source)).toBe('met');
});

test.each([
  ['status == 204', 'status == 204: status was 200'],
  [
    "json.status == 'failed' || status > 499",
    `json.status == 'failed' || status > 499: json.status was "ok", status was 200`,
  ],
  ['json.list[1] == 7', 'json.list[1] == 7: json.list[1] was 2'],
  ["headers['x-a'] == '2'", `headers['x-a'] == '2': headers["x-a"] was "1"`],
  ["latency < duration('1ms')", "latency < duration('1ms'): latency was 350.123ms"],
  ['json.none != null', 'json.none != null: json.none was null'],
  ['json.list.all(x, x > 1)', 'json.list.all(x, x > 1): json.list was 3 entries'],
  ['has(json.absent)', 'has(json.absent): json was 6 entries'],
  ['json.ratio == 1.0', 'json.ratio == 1.0: json.ratio was 0.5'],
  ['1 == 2', '1 == 2'],
])('%s shows its values', (source, message) => {
  expect(found(source)).toBe(message);
});

test.each([
  ['json.absent == 1', 'json.absent == 1: field not found: absent'],
  ['status', 'status is not a boolean'],
  ["status.matches('2')", /^status\.matches\('2'\): found no matching overload for 'matches'/],
  ['json.count + 0.5 > 3.0', /no matching overload for '_\+_' applied to '\(int, double\)'/],
  ['1 / 0 == 1', '1 / 0 == 1: int divide by zero'],
  ["body.matches('(')", /error parsing regexp: missing closing \)/],
])('%s reports the evaluation error', (source, message) => {
  expect(met(source)).toBe(false);
  expect(found(source)).toEqual(
    typeof message === 'string' ? message : expect.stringMatching(message),
  );
});

test('reports a variable without a value', () => {
  expect(found("json.status == 'ok'", { status: 502 })).toBe(
    "json.status == 'ok': json is not available",
  );
  expect(found('tls.daysLeft > 14')).toBe('tls.daysLeft > 14: tls is not available');
});

test('ignores a variable without a value if the result does not depend on it', () => {
  expect(met("status == 200 || json.status == 'ok'", { status: 200 })).toBe(true);
});

test('treats null as a value', () => {
  expect(met('json == null', { json: null })).toBe(true);
});

test.each([
  ['status = 200', 'is not a valid expression (at 1:8: found = but expecting end of input)'],
  ['status ==', /^is not a valid expression \(at 1:8: found = /],
  ['(status == 200', "is not a valid expression (at 1:15: found end of input but expecting ')')"],
  ['state == 200', 'has an unknown variable state'],
  ['json.list.all(x, y > 0)', 'has an unknown variable y'],
  ['x.all(x, x > 0)', 'has an unknown variable x'],
  ['status.isGood()', 'has an unknown function isGood'],
  ['json.list.exists(x, good(x))', 'has an unknown function good'],
])('rejects %s', (source, message) => {
  expect(getError(source).message).toEqual(
    typeof message === 'string' ? message : expect.stringMatching(message),
  );
  expect(getError(source).remedy).toMatch(/\.$/);
});

test('lists the available variables in the error', () => {
  expect(getError('state == 1', ['latency', 'address']).remedy).toBe(
    'This kind of check has the variables latency, address.',
  );
});

test('does not treat CEL types as variables', () => {
  expect(met("type(status) == int && string(status) == '200'")).toBe(true);
});

test.each([
  ["json.status == 'ok' && headers['x-a'] == '1'", ['json', 'headers']],
  ['json.list.exists(x, x == status)', ['json', 'status']],
  ['json.list.exists(body, body == 1)', ['json']],
  ['json.exists(json, json == status)', ['json', 'status']],
  ['1 == 1', []],
])('%s reads', (source, reads) => {
  expect(celExpectation(source, VARIABLES).reads).toEqual(reads);
});

test('evaluates a pattern with exponential backtracking quickly', () => {
  const body = `${'a'.repeat(20_000)}!`;
  const start = performance.now();
  expect(met("body.matches('^(a+)+$')", { body })).toBe(false);
  expect(performance.now() - start).toBeLessThan(2_000);
});

test('rejects JSON with 100,000 levels', () => {
  const json = parseJson('['.repeat(100_000) + ']'.repeat(100_000));
  expect(found('json == null', { json })).toBe('json == null: json is not available');
});

test('does not read properties of prototypes', () => {
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    expect(found(`json.${name} == 1`, { json: {} })).toBe(
      `json.${name} == 1: field not found: ${name}`,
    );
    expect(met(`json.${name} == 1`, { json: parseJson(`{"${name}": 1}`) })).toBe(true);
    expect(met(`'${name}' in headers`, { headers: {} })).toBe(false);
  }
});

test('shortens a long value', () => {
  const message = found("body == 'x' && status == 204", {
    body: 'é\u001b[31m\n'.repeat(500_000),
    status: 503,
  });
  expect(message.length).toBeLessThan(200);
  expect(message).toMatch(/: body was "é é .*…", status was 503$/);
});

test('converts safe integers to int and other numbers to double', () => {
  expect(met('type(json.a) == int && type(json.b) == double', { json: { a: 1, b: 1.5 } })).toBe(
    true,
  );
  expect(met('type(json) == double', { json: 2 ** 60 })).toBe(true);
});

test.each([
  ['status > 499', FACTS, undefined],
  ['status == 200', FACTS, 'status == 200: status was 200'],
  ['window.p95 > duration("1s")', { window: {} }, /field not found: p95/],
  ['json.a == 1', {}, 'json.a == 1: json is not available'],
])('degraded: %s', (source, facts, message) => {
  const refusal = celNegatedExpectation(source, VARIABLES);
  const judgement = refusal.judge(facts);
  expect(refusal.source).toBe(`not (${source})`);
  if (message === undefined) expect(judgement).toEqual({ met: true });
  else expect(judgement).toEqual({ met: false, found: expect.stringMatching(message) });
});
