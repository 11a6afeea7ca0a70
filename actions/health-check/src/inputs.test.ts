import { InputError } from '@repo/core/errors/input-error';
import { expect, test } from 'vitest';
import { inputs } from './inputs.ts';
import { manifest, readInputs as read } from './testing/read-inputs.ts';

const URL_ONLY = { url: 'https://shop.example/health' };

async function problems(given: Readonly<Record<string, string>>) {
  const error = await read(given).catch((reason: unknown) => reason);
  if (!(error instanceof InputError)) return expect.unreachable(`no input error, but ${error}`);
  return error;
}

test('accepts the defaults of action.yml with a url', async () => {
  expect((await problems({})).problems).toEqual([
    {
      where: 'url',
      problem: 'is missing, and so are checks and config',
      remedy: 'Set url: https://example.com/health, or write checks in YAML.',
    },
  ]);
  const { values, masked } = await read(URL_ONLY);
  expect(masked).toEqual([]);
  expect(values).toMatchObject({
    method: 'GET',
    headers: [],
    followRedirects: true,
    maxRedirects: 10,
    ipFamily: 'auto',
    addresses: 'any',
    insecure: false,
    allowLinkLocal: false,
    expectStatus: { source: 'status 200-299' },
    expectBody: undefined,
    expectVersion: undefined,
    versionConnections: 5,
    timeout: 10_000,
    deadline: 120_000,
    interval: 2_000,
    backoff: 'constant',
    maxInterval: 30_000,
    jitter: 0,
    initialDelay: 0,
    maxAttempts: 0,
    successThreshold: 1,
    failureThreshold: 1,
    stableFor: 0,
    errorBudget: 0,
    concurrency: 8,
    bodyExcerpt: 512,
    dryRun: false,
    failOn: 'fail',
    notifyOn: 'fail',
  });
});

test('action.yml and the parsers have the same inputs', () => {
  expect(manifest.inputs.map(({ name }) => name).sort()).toEqual([...inputs.names].sort());
});

test('accepts checks or config instead of url', async () => {
  await expect(read({ checks: '- name: a' })).resolves.toBeDefined();
  await expect(read({ config: 'checks.yml' })).resolves.toBeDefined();
});

test('reports six mistakes at once, each with a remedy', async () => {
  const { message, problems: reported } = await problems({
    url: 'shop.example/health',
    timeout: '5',
    jitter: '20',
    method: 'get',
    'expect-status': '2xx',
    'expect-json': '$.status = ok',
  });
  expect(reported.map(({ where }) => where)).toEqual([
    'url',
    'method',
    'expect-status',
    'expect-json',
    'timeout',
    'jitter',
  ]);
  for (const { remedy } of reported) expect(remedy).toMatch(/[a-z].*\.$/s);
  expect(message).toMatch(/^6 invalid inputs:\n/);
  for (const { where, remedy } of reported) {
    expect(message).toContain(`${where}: `);
    expect(message).toContain(remedy.slice(0, 20));
  }
});

test.each<[Record<string, string>, string, RegExp]>([
  [{ deadline: '30s', 'stable-for': '30s' }, 'deadline', /must be longer than stable-for/],
  [{ 'max-attempts': '2', 'success-threshold': '3' }, 'max-attempts', /less than success-thr/],
  [{ 'cert-file': 'client.pem' }, 'key-file', /^is missing$/],
  [{ 'key-file': 'client.key' }, 'cert-file', /^is missing$/],
  [{ 'bearer-token': 'abcdef', 'basic-auth': 'a:b' }, 'basic-auth', /cannot be combined/],
])('rejects the combination %j', async (given, where, problem) => {
  const { problems: reported } = await problems({ ...URL_ONLY, ...given });
  expect(reported).toEqual([
    { where, problem: expect.stringMatching(problem), remedy: expect.stringMatching(/\.$/) },
  ]);
});

test.each<[string, string]>([
  ['headers', 'X-A: 1'],
  ['body', 'hello'],
  ['bearer-token', 'abcdef'],
  ['basic-auth', 'user:password'],
  ['expect-body', 'ok'],
  ['expect-body-regex', 'ok'],
  ['expect-json', '$.status == ok'],
  ['expect-header', 'X-A: 1'],
  ['expect-version', '1.2'],
  ['expect', 'status == 200'],
  ['fail-when', 'status == 500'],
  ['min-tls-days', '14'],
])('rejects %s without a url', async (name, given) => {
  const { problems: reported } = await problems({ checks: '- name: a', [name]: given });
  expect(reported).toEqual([
    {
      where: name,
      problem: 'applies to url, which is empty',
      remedy: expect.any(String),
    },
  ]);
  await expect(read({ ...URL_ONLY, [name]: given })).resolves.toBeDefined();
});

test.each(['max-latency', 'degraded-latency'])('%s also applies to checks', async (name) => {
  await expect(read({ checks: '- name: a', [name]: '1s' })).resolves.toBeDefined();
});

test('masks valid and invalid secrets', async () => {
  const secret = {
    url: 'https://user:url%2Dpassword@shop.example\nhttps://a.example',
    headers: 'Authorization: Bearer header-token\nX-Plain: visible\nX-Api-Key: key-value',
    'basic-auth': 'user:basic-password',
  };
  const { masked } = await read(secret);
  expect([...new Set(masked)]).toEqual([
    'url%2Dpassword',
    'url-password',
    'Bearer header-token',
    'header-token',
    'key-value',
    'user:basic-password',
    'basic-password',
  ]);
  expect((await read({ ...URL_ONLY, 'bearer-token': 'the-token' })).masked).toEqual(['the-token']);

  const { message } = await problems({
    url: 'ftp://user:url-password@shop.example',
    headers: 'Authorization Bearer header-token',
    'basic-auth': 'only-a-password',
  });
  expect(message).toMatch(/url: .*headers: .*basic-auth: /s);
  expect(message).not.toMatch(/url-password|header-token|only-a-password/);
});

test('a password can contain any character, a user no colon', async () => {
  const { values } = await read({ ...URL_ONLY, 'basic-auth': 'user:pass: word:' });
  expect(values.basicAuth).toEqual(['user', 'pass: word:']);
});
