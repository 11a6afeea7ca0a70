import { expect, test } from 'vitest';
import { type Expectation, MET } from './expectations/expectation.ts';
import { type Expectations, judge } from './judge.ts';
import type { Observation } from './kinds/observation.ts';

/** The variable has the value. */
function has(name: string, value: unknown): Expectation {
  return {
    source: `${name} == ${value}`,
    reads: [name],
    judge: (facts) =>
      facts[name] === value ? MET : { met: false, found: `${name} was ${facts[name]}` },
  };
}

const EXPECTATIONS: Expectations = {
  expect: [has('status', 200), has('body', 'ok')],
  degraded: [has('fast', true)],
  failWhen: [has('json', 'failed'), has('json', 'broken')],
};

const HEALTHY = { status: 200, body: 'ok', fast: true };

function answer(address: string, facts: object, total = 1): Observation {
  return { state: 'answered', address, phases: { total }, facts: { ...facts } };
}

const refused = (address: string): Observation => ({
  state: 'failed',
  address,
  reason: 'connection refused',
});
const unknown = (final: boolean): Observation => ({
  state: 'unknown',
  reason: 'no resolver',
  final,
});

const A = '192.0.2.1';
const B = '192.0.2.2';

test('invert: a target without a route is unknown, not healthy', () => {
  const expectations = { ...EXPECTATIONS, invert: true };
  expect(judge(expectations, [refused(A)])).toMatchObject({ state: 'healthy', reasons: [] });
  expect(judge(expectations, [{ ...refused(A), noRoute: true }])).toMatchObject({
    state: 'unknown',
    reasons: ['connection refused'],
  });
  expect(judge(expectations, [unknown(true)])).toMatchObject({ state: 'impossible' });
});

test.each<[string, readonly Observation[], object]>([
  ['healthy', [answer(A, HEALTHY)], { state: 'healthy', reasons: [], degraded: [] }],
  [
    'one reason for each expectation',
    [answer(A, { status: 503, body: 'down' })],
    { state: 'unhealthy', reasons: ['status was 503', 'body was down'], degraded: [] },
  ],
  ['no answer', [refused(A)], { state: 'unhealthy', reasons: ['connection refused'] }],
  [
    'an attempt that could not run',
    [unknown(false)],
    { state: 'unknown', reasons: ['no resolver'], addresses: [] },
  ],
  [
    'an attempt that can never run',
    [unknown(true)],
    { state: 'impossible', reasons: ['no resolver'] },
  ],
  ['no observations', [], { state: 'unknown', reasons: [] }],
  [
    'several addresses: the worst decides, and the reason names it',
    [answer(A, HEALTHY), refused(B)],
    { state: 'unhealthy', reasons: [`${B}: connection refused`] },
  ],
  [
    'a reason for each unhealthy address',
    [refused(A), refused(B)],
    { state: 'unhealthy', reasons: [`${A}: connection refused`, `${B}: connection refused`] },
  ],
  [
    'several connections to one address: one reason without the address',
    [answer(A, HEALTHY), refused(A), refused(A)],
    {
      state: 'unhealthy',
      reasons: ['connection refused'],
      addresses: [{ address: A, state: 'unhealthy' }],
    },
  ],
  [
    'unhealthy is worse than unknown',
    [unknown(true), refused(A), unknown(false)],
    { state: 'unhealthy' },
  ],
  [
    'terminal is worse than unhealthy',
    [refused(A), answer(B, { json: 'failed' })],
    { state: 'terminal' },
  ],
  [
    'terminal takes precedence over met expectations',
    [answer(A, { ...HEALTHY, json: 'broken' })],
    { state: 'terminal', reasons: ['fail-when is met: json == broken'] },
  ],
  [
    'degraded: healthy with a missed soft expectation',
    [answer(A, { ...HEALTHY, fast: false })],
    { state: 'healthy', reasons: [], degraded: ['fast was false'] },
  ],
  [
    'an unhealthy attempt is not degraded',
    [answer(A, { ...HEALTHY, status: 500, fast: false })],
    { state: 'unhealthy', degraded: [] },
  ],
])('%s', (_, observations, judged) => {
  const { reasons, ...rest } = judged as { reasons?: unknown };
  const found = judge(EXPECTATIONS, observations);
  expect(found).toMatchObject(rest);
  if (reasons !== undefined) expect(found.reasons).toEqual(reasons);
});

test('lists each address once with its worst state', () => {
  const old = answer(A, { status: 404, body: 'ok' });
  const { addresses } = judge(EXPECTATIONS, [
    answer(A, HEALTHY),
    old,
    answer(B, HEALTHY),
    answer(B, HEALTHY),
  ]);
  expect(addresses).toEqual([
    { address: A, state: 'unhealthy', reason: 'status was 404' },
    { address: B, state: 'healthy' },
  ]);
});

test('reports the phases of the slowest answer', () => {
  const silent: Observation = { ...refused(B), phases: { connect: 9_000, total: 9_000 } };
  expect(judge(EXPECTATIONS, [answer(A, HEALTHY, 3), answer(A, {}, 7), silent]).phases).toEqual({
    total: 7,
  });
  expect(judge(EXPECTATIONS, [silent])).not.toHaveProperty('phases');
});

test('shortens and escapes all reasons', () => {
  const hostile = `::error::${'\u001b[31m'}${'x'.repeat(5_000)}\n##[group]`;
  const found = [
    judge(EXPECTATIONS, [answer(A, { status: hostile, body: 'ok' })]),
    judge(EXPECTATIONS, [{ state: 'failed', reason: hostile }]),
    judge(EXPECTATIONS, [{ state: 'unknown', reason: hostile, final: true }]),
    judge({ ...EXPECTATIONS, failWhen: [{ ...has('status', 200), source: hostile }] }, [
      answer(A, HEALTHY),
    ]),
  ];
  for (const { reasons } of found) {
    expect(reasons).toHaveLength(1);
    expect(reasons[0]?.length).toBeLessThan(310);
    expect(reasons[0]).not.toMatch(/^\s*::|##\[|\n/);
    expect(reasons[0]).not.toContain('\u001b');
  }
  const soft = judge({ ...EXPECTATIONS, degraded: [has('fast', hostile)] }, [
    answer(A, { ...HEALTHY, fast: hostile + 1 }),
  ]);
  expect(soft.degraded[0]?.length).toBeLessThan(310);
});

test('creates evidence only for failures, from the first observation that has any', () => {
  let made = 0;
  const evidence = () => {
    made++;
    return [{ title: 'answer', lines: ['Service Unavailable'] }];
  };
  const healthy: Observation = { ...answer(A, HEALTHY), evidence };
  const failing: Observation = { ...answer(A, { status: 503 }), evidence };
  expect(judge(EXPECTATIONS, [healthy]).evidence).toEqual([]);
  expect(made).toBe(0);
  expect(
    judge(EXPECTATIONS, [healthy, { ...refused(B), evidence: () => [] }, failing]).evidence,
  ).toEqual([{ title: 'answer', lines: ['Service Unavailable'] }]);
  expect(made).toBe(1);
});

test('passes the shared facts to the expectations', () => {
  const expectations = { ...EXPECTATIONS, expect: [has('attempt', 3)] };
  expect(judge(expectations, [answer(A, HEALTHY)], { attempt: 3 }).state).toBe('healthy');
  expect(judge(expectations, [answer(A, HEALTHY)], { attempt: 2 }).reasons).toEqual([
    'attempt was 2',
  ]);
});
