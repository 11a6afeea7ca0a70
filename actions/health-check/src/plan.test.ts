import { InputError } from '@repo/core/errors/input-error';
import { expect, test } from 'vitest';
import { readConfig } from './config.ts';
import { plan } from './plan.ts';
import { readInputs } from './testing/read-inputs.ts';

async function planned(given: Readonly<Record<string, string>>) {
  const { values } = await readInputs(given);
  return plan(values, given.checks ? [await readConfig(given.checks, 'checks')] : []);
}

async function problems(given: Readonly<Record<string, string>>) {
  const error = await planned(given).catch((reason: unknown) => reason);
  if (!(error instanceof InputError)) return expect.unreachable(`no input error, but ${error}`);
  return error.problems.map(({ where, given: value, problem }) => [where, value, problem]);
}

const sources = (expectations: readonly { source: string }[] = []) =>
  expectations.map(({ source }) => source);

const SHOP = 'https://shop.example/health';

test('a url becomes a check with the policy of the inputs', async () => {
  const [check, ...others] = await planned({
    url: SHOP,
    timeout: '5s',
    'success-threshold': '3',
    'error-budget': '5%',
  });
  expect(others).toEqual([]);
  expect(check).toMatchObject({
    name: SHOP,
    kind: 'http',
    target: SHOP,
    allAddresses: false,
    connections: 1,
    policy: {
      timeoutMs: 5_000,
      deadlineMs: 120_000,
      intervalMs: 2_000,
      backoff: 'constant',
      maxIntervalMs: 30_000,
      jitter: 0,
      initialDelayMs: 0,
      maxAttempts: 0,
      successThreshold: 3,
      failureThreshold: 1,
      stableForMs: 0,
      errorBudget: 0.05,
    },
  });
  expect(sources(check?.expectations.expect)).toEqual(['status 200-299']);
  expect([...(check?.reads ?? [])]).toEqual(['status']);
});

test('every expect input becomes an expectation', async () => {
  const [check] = await planned({
    url: SHOP,
    'expect-status': '200',
    'expect-body': 'ok',
    'expect-body-regex': '^ok',
    'expect-json': '$.status == ok\n$.n',
    'expect-header': 'X-A: 1',
    expect: "json.status == 'ok'\nlatency < duration('1s')",
    'fail-when': 'status == 500',
    'max-latency': '2s',
    'degraded-latency': '1s',
    'min-tls-days': '14',
  });
  expect(sources(check?.expectations.expect).sort()).toEqual(
    [
      'status 200',
      'body contains ok',
      'body matches ^ok',
      '$.status == ok',
      '$.n',
      'header X-A: 1',
      'latency <= 2s',
      'tls.daysLeft >= 14',
      "json.status == 'ok'",
      "latency < duration('1s')",
    ].sort(),
  );
  expect(sources(check?.expectations.degraded)).toEqual(['latency <= 1s']);
  expect(sources(check?.expectations.failWhen)).toEqual(['status == 500']);
  expect([...(check?.reads ?? [])].sort()).toEqual(
    ['body', 'headers', 'json', 'latency', 'status', 'tls'].sort(),
  );
});

test('expect-version checks all addresses over several connections', async () => {
  const gate = { url: SHOP, 'expect-version': 'abc' };
  const [check] = await planned(gate);
  expect(check).toMatchObject({ allAddresses: true, connections: 5 });
  expect(sources(check?.expectations.expect)).toContain('version abc');
  expect((await planned({ ...gate, 'version-connections': '2' }))[0]?.connections).toBe(2);
  expect((await planned({ url: SHOP, addresses: 'all' }))[0]).toMatchObject({
    allAddresses: true,
    connections: 1,
  });
});

test('version-path and version-header locate the version', async () => {
  const facts = {
    headers: { 'x-version': 'in-header' },
    json: { build: { commit: 'in-path' }, version: 'in-json' },
    body: '{}',
  };
  for (const [version, where] of [
    ['in-json', {}],
    ['in-path', { 'version-path': '$.build.commit' }],
    ['in-header', { 'version-header': 'X-Version' }],
  ] as const) {
    const [check] = await planned({ url: SHOP, 'expect-version': version, ...where });
    const gate = check?.expectations.expect.find(({ source }) => source.startsWith('version'));
    expect(gate?.judge(facts)).toEqual({ met: true });
  }
});

test('expect-status does not apply to tcp', async () => {
  const checks = await planned({
    url: 'tcp://db:5432\ntls://shop.example:443',
    'expect-status': '200',
  });
  expect(checks.map(({ kind, expectations }) => [kind, expectations.expect])).toEqual([
    ['tcp', []],
    ['tls', []],
  ]);
});

test.each([
  ['expect-body', 'ok', 'which has no body'],
  ['expect-body-regex', 'ok', 'which has no body'],
  ['expect-json', '$.status == ok', 'which has no json'],
  ['expect-header', 'X-A: 1', 'which has no headers'],
  ['expect-version', '1.2', 'which has no headers'],
  ['min-tls-days', '14', 'which has no tls'],
])('%s does not apply to tcp', async (where, given, reason) => {
  expect(await problems({ url: `${SHOP}\ntcp://db:5432`, [where]: given })).toEqual([
    [where, undefined, `does not apply to tcp://db:5432, ${reason}`],
  ]);
});

test('reports the mistakes of all targets once', async () => {
  expect(
    await problems({
      url: 'https://a.example\nhttps://b.example\ntcp://db:5432\ntcp://mail:25',
      'expect-body': 'ok',
      expect: 'state == 200\nlatency',
      'fail-when': 'latency = 1',
    }),
  ).toEqual([
    ['expect', 'state == 200', 'has an unknown variable state'],
    ['fail-when', 'latency = 1', expect.stringMatching(/^is not a valid expression/)],
    ['expect-body', undefined, 'does not apply to tcp://db:5432, which has no body'],
    ['expect', 'state == 200', 'has an unknown variable state'],
    ['expect-body', undefined, 'does not apply to tcp://mail:25, which has no body'],
  ]);
});

test('rejects duplicate names', async () => {
  expect(await problems({ url: `${SHOP}\n${SHOP}` })).toEqual([
    ['url', SHOP, 'is the name of 2 checks'],
  ]);
  const checks = `- {name: "${SHOP}", tcp: {host: db, port: 1}}`;
  expect(await problems({ url: SHOP, checks })).toEqual([
    ['checks', SHOP, 'is the name of 2 checks'],
  ]);
});

const CHECKS = `
defaults: {timeout: 5s, interval: 1s}
checks:
  - name: api
    http: {url: https://shop.example/}
    interval: 3s
  - name: db
    tcp: {host: db, port: 5432}
    expect: banner == ''
    addresses: all
`;

test('the policy of a check overrides the defaults, which override the inputs', async () => {
  const checks = await planned({ checks: CHECKS, timeout: '9s', interval: '9s', deadline: '9m' });
  expect(
    checks.map(({ name, policy: { timeoutMs, intervalMs, deadlineMs }, allAddresses }) => ({
      name,
      timeoutMs,
      intervalMs,
      deadlineMs,
      allAddresses,
    })),
  ).toEqual([
    { name: 'api', timeoutMs: 5_000, intervalMs: 3_000, deadlineMs: 540_000, allAddresses: false },
    { name: 'db', timeoutMs: 5_000, intervalMs: 1_000, deadlineMs: 540_000, allAddresses: true },
  ]);
  const [api, db] = checks;
  expect(sources(api?.expectations.expect)).toEqual(['status 200-299']);
  expect(sources(db?.expectations.expect)).toEqual(["banner == ''"]);
});

test('max-latency and degraded-latency apply to checks', async () => {
  const checks = await planned({ checks: CHECKS, 'max-latency': '2s', 'degraded-latency': '1s' });
  for (const { expectations } of checks) {
    expect(sources(expectations.expect)).toContain('latency <= 2s');
    expect(sources(expectations.degraded)).toEqual(['latency <= 1s']);
  }
});

test('rejects contradictory policies across inputs, defaults and checks', async () => {
  const tcp = 'tcp: {host: db, port: 1}';
  const checks = `
defaults: {stable-for: 3m}
checks:
  - {name: a, ${tcp}}
  - {name: b, ${tcp}, deadline: 4m}
  - {name: c, ${tcp}, deadline: 4m, max-attempts: 2, success-threshold: 3}
`;
  expect(await problems({ checks })).toEqual([
    ['checks', 'a', 'has an invalid policy: deadline must be longer than stable-for'],
    [
      'checks',
      'c',
      'has an invalid policy: max-attempts is less than success-threshold, so no target can become healthy',
    ],
  ]);
});

test('the inputs configure the request', async () => {
  const { attempt: _, ...check } =
    (
      await planned({
        url: 'https://shop.example/?token=query-token',
        headers: 'authorization: Bearer from-headers\nX-Api-Key: the-key',
        'bearer-token': 'the-token',
      })
    )[0] ?? expect.unreachable();
  expect(check.target).toBe('https://shop.example/?token=***');
  expect(new Set(check.secrets)).toEqual(
    new Set(['query-token', 'the-key', 'Bearer the-token', 'the-token']),
  );
});
