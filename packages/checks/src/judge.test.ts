import { expect, test } from 'vitest';
import { type Expectation, MET } from './expectations/expectation.ts';
import { type Expectations, judge } from './judge.ts';
import type { Observation } from './kinds/observation.ts';

/** Met when the variable has the value. */
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

const WELL = { status: 200, body: 'ok', fast: true };

function answer(address: string, facts: object, total = 1): Observation {
  return { state: 'answered', address, phases: { total }, facts: { ...facts } };
}

const refused = (address: string): Observation => ({
  state: 'failed',
  address,
  reason: 'connection refused',
});
const blind = (final: boolean): Observation => ({ state: 'unknown', reason: 'no resolver', final });

const A = '192.0.2.1';
const B = '192.0.2.2';

test('inverted, what could not be reached from here is not gone', () => {
  const expectations = { ...EXPECTATIONS, invert: true };
  expect(judge(expectations, [refused(A)])).toMatchObject({ state: 'healthy', reasons: [] });
  expect(judge(expectations, [{ ...refused(A), noRoute: true }])).toMatchObject({
    state: 'unknown',
    reasons: ['connection refused'],
  });
  expect(judge(expectations, [blind(true)])).toMatchObject({ state: 'impossible' });
});

test.each<[string, readonly Observation[], object]>([
  ['healthy', [answer(A, WELL)], { state: 'healthy', reasons: [], degraded: [] }],
  [
    'one reason for each expectation',
    [answer(A, { status: 503, body: 'down' })],
    { state: 'unhealthy', reasons: ['status was 503', 'body was down'], degraded: [] },
  ],
  ['no answer', [refused(A)], { state: 'unhealthy', reasons: ['connection refused'] }],
  ['no look', [blind(false)], { state: 'unknown', reasons: ['no resolver'], addresses: [] }],
  ['no look, ever', [blind(true)], { state: 'impossible', reasons: ['no resolver'] }],
  ['nothing seen at all', [], { state: 'unknown', reasons: [] }],
  [
    'several addresses: as good as the worst, which is named',
    [answer(A, WELL), refused(B)],
    { state: 'unhealthy', reasons: [`${B}: connection refused`] },
  ],
  [
    'what all addresses have wrong is told of each',
    [refused(A), refused(B)],
    { state: 'unhealthy', reasons: [`${A}: connection refused`, `${B}: connection refused`] },
  ],
  [
    'several connections to one address: told once, without the address',
    [answer(A, WELL), refused(A), refused(A)],
    {
      state: 'unhealthy',
      reasons: ['connection refused'],
      addresses: [{ address: A, state: 'unhealthy' }],
    },
  ],
  [
    'bad is worse than what could not be judged',
    [blind(true), refused(A), blind(false)],
    { state: 'unhealthy' },
  ],
  [
    'terminal is worse than bad',
    [refused(A), answer(B, { json: 'failed' })],
    { state: 'terminal' },
  ],
  [
    'terminal wins over expectations that are met, and names what was met',
    [answer(A, { ...WELL, json: 'broken' })],
    { state: 'terminal', reasons: ['fail-when is met: json == broken'] },
  ],
  [
    'degraded: good, but a soft expectation is missed',
    [answer(A, { ...WELL, fast: false })],
    { state: 'healthy', reasons: [], degraded: ['fast was false'] },
  ],
  [
    'what is bad is not degraded as well',
    [answer(A, { ...WELL, status: 500, fast: false })],
    { state: 'unhealthy', degraded: [] },
  ],
])('%s', (_, observations, judged) => {
  const { reasons, ...rest } = judged as { reasons?: unknown };
  const found = judge(EXPECTATIONS, observations);
  expect(found).toMatchObject(rest);
  if (reasons !== undefined) expect(found.reasons).toEqual(reasons);
});

test('each address is told once, as well as the worst that was seen of it', () => {
  const old = answer(A, { status: 404, body: 'ok' });
  const { addresses } = judge(EXPECTATIONS, [
    answer(A, WELL),
    old,
    answer(B, WELL),
    answer(B, WELL),
  ]);
  expect(addresses).toEqual([
    { address: A, state: 'unhealthy', reason: 'status was 404' },
    { address: B, state: 'healthy' },
  ]);
});

test('the phases are those of the slowest answer; a silent address has none', () => {
  const silent: Observation = { ...refused(B), phases: { connect: 9_000, total: 9_000 } };
  expect(judge(EXPECTATIONS, [answer(A, WELL, 3), answer(A, {}, 7), silent]).phases).toEqual({
    total: 7,
  });
  expect(judge(EXPECTATIONS, [silent])).not.toHaveProperty('phases');
});

test('reasons are cut and harmless, wherever they come from', () => {
  const foul = `::error::${'\u001b[31m'}${'x'.repeat(5_000)}\n##[group]`;
  const found = [
    judge(EXPECTATIONS, [answer(A, { status: foul, body: 'ok' })]),
    judge(EXPECTATIONS, [{ state: 'failed', reason: foul }]),
    judge(EXPECTATIONS, [{ state: 'unknown', reason: foul, final: true }]),
    judge({ ...EXPECTATIONS, failWhen: [{ ...has('status', 200), source: foul }] }, [
      answer(A, WELL),
    ]),
  ];
  for (const { reasons } of found) {
    expect(reasons).toHaveLength(1);
    expect(reasons[0]?.length).toBeLessThan(310);
    expect(reasons[0]).not.toMatch(/^\s*::|##\[|\n/);
    expect(reasons[0]).not.toContain('\u001b');
  }
  const soft = judge({ ...EXPECTATIONS, degraded: [has('fast', foul)] }, [
    answer(A, { ...WELL, fast: foul + 1 }),
  ]);
  expect(soft.degraded[0]?.length).toBeLessThan(310);
});

test('evidence is for failures, made only then, of the first that has some', () => {
  let made = 0;
  const evidence = () => {
    made++;
    return [{ title: 'answer', lines: ['Service Unavailable'] }];
  };
  const well: Observation = { ...answer(A, WELL), evidence };
  const sick: Observation = { ...answer(A, { status: 503 }), evidence };
  expect(judge(EXPECTATIONS, [well]).evidence).toEqual([]);
  expect(made).toBe(0);
  expect(judge(EXPECTATIONS, [well, { ...refused(B), evidence: () => [] }, sick]).evidence).toEqual(
    [{ title: 'answer', lines: ['Service Unavailable'] }],
  );
  expect(made).toBe(1);
});

test('what is known about the check besides is known to the expectations', () => {
  const expectations = { ...EXPECTATIONS, expect: [has('attempt', 3)] };
  expect(judge(expectations, [answer(A, WELL)], { attempt: 3 }).state).toBe('healthy');
  expect(judge(expectations, [answer(A, WELL)], { attempt: 2 }).reasons).toEqual(['attempt was 2']);
});
