import { DurationFact } from '@repo/checks/facts';
import { InputError } from '@repo/core/errors/input-error';
import { expect, test } from 'vitest';
import { readConfig } from './config.ts';

async function problems(text: string) {
  const error = await readConfig(text, 'checks').catch((reason: unknown) => reason);
  if (!(error instanceof InputError)) return expect.unreachable(`no input error, but ${error}`);
  return error.problems.map(({ where, problem, remedy }) => ({ where, problem, remedy }));
}

const WHOLE = `
defaults: {timeout: 5s, success-threshold: 3}
checks:
  - name: api
    http: {url: https://shop.example/health, headers: {X-A: "1"}}
    expect: [status == 200, json.status == 'ok']
    degraded: latency > duration('300ms')
    fail-when: json.status == 'migration failed'
    timeout: 2s
    error-budget: 5%
    addresses: all
  - name: smtp
    tcp: {host: mail.example, port: 25}
  - name: certificate
    tls: {host: shop.example, port: 443}
    expect: tls.daysLeft >= 14
`;

test('a configuration in YAML', async () => {
  const { defaults, checks } = await readConfig(WHOLE, 'checks');
  expect(defaults).toEqual({ timeout: 5_000, 'success-threshold': 3 });
  expect(checks).toMatchObject([
    {
      name: 'api',
      kind: 'http',
      target: { description: 'https://shop.example/health' },
      expect: [{ source: 'status == 200' }, { source: "json.status == 'ok'" }],
      degraded: [{ source: "not (latency > duration('300ms'))" }],
      failWhen: [{ source: "json.status == 'migration failed'" }],
      overrides: { timeout: 2_000, 'error-budget': 0.05, addresses: 'all' },
    },
    {
      name: 'smtp',
      kind: 'tcp',
      target: { description: 'tcp://mail.example:25' },
      expect: [],
      degraded: [],
      failWhen: [],
      overrides: {},
    },
    { name: 'certificate', kind: 'tls', target: { description: 'tls://shop.example:443' } },
  ]);
});

test('degraded expressions must be false', async () => {
  const { checks } = await readConfig(WHOLE, 'checks');
  const [slow] = checks[0]?.degraded ?? [];
  expect(slow?.judge({ latency: new DurationFact(299) }).met).toBe(true);
  expect(slow?.judge({ latency: new DurationFact(301) }).met).toBe(false);
});

test('a configuration in JSON', async () => {
  const checks = [{ name: 'a', tcp: { host: 'db', port: 5432 }, interval: '500ms' }];
  expect((await readConfig(JSON.stringify({ checks }), 'checks.json')).checks).toMatchObject([
    { name: 'a', kind: 'tcp', overrides: { interval: 500 } },
  ]);
});

test('accepts a list of checks', async () => {
  const text =
    '- name: a\n  tcp: {host: db, port: 5432}\n- name: b\n  tls: {host: db, port: 443}\n';
  const { defaults, checks } = await readConfig(text, 'checks');
  expect(defaults).toEqual({});
  expect(checks.map(({ name }) => name)).toEqual(['a', 'b']);
});

test.each<[string, string, string, string, RegExp]>([
  [
    'an unknown key of a check',
    '- name: a\n  tcp: {host: db, port: 1}\n  intervall: 5s',
    'checks:3:3',
    'item 1: intervall is not a known key',
    /^A check of the kind tcp supports name, tcp, expect, .*interval/,
  ],
  [
    'an unknown key of the configuration',
    'check: []\nchecks: [{name: a, tcp: {host: db, port: 1}}]',
    'checks:1:1',
    'check is not a known key',
    /supports defaults and checks/,
  ],
  [
    'an unknown key of a kind',
    '- name: a\n  tcp: {host: db, port: 1, tls: true}',
    'checks:2:28',
    'item 1: tcp.tls is not a known key',
    /host and port/,
  ],
  [
    'an unknown key of the defaults',
    'defaults: {retries: 3}\nchecks: [{name: a, tcp: {host: db, port: 1}}]',
    'checks:1:12',
    'defaults.retries is not a known key',
    /^The policy supports timeout, /,
  ],
  [
    'an unknown kind',
    '- name: a\n  htp: {url: x}',
    'checks:1:3',
    'item 1 has no kind of check among its keys name, htp',
    /Write one of http/,
  ],
  [
    'two kinds',
    '- name: a\n  tcp: {host: db, port: 1}\n  tls: {host: db, port: 1}',
    'checks:1:3',
    'item 1 has several kinds of check',
    /one check for each/,
  ],
  [
    'a bad duration',
    '- name: a\n  tcp: {host: db, port: 1}\n  timeout: 5',
    'checks:3:3',
    'item 1: timeout "5" has no unit',
    /500ms/,
  ],
  [
    'a bad expression',
    '- name: a\n  tcp: {host: db, port: 1}\n  expect: banner = 1',
    'checks:3:3',
    'item 1: expect "banner = 1" is not a valid expression (at 1:8: found = but expecting end of input)',
    /Write CEL/,
  ],
  [
    'a bad expression in a list',
    "- name: a\n  tcp: {host: db, port: 1}\n  degraded:\n    - banner == ''\n    - status == 200",
    'checks:5:7',
    'item 1: degraded.1 "status == 200" has an unknown variable status',
    /^This kind of check has the variables latency, window, attempt, address, banner\.$/,
  ],
  [
    'a bad expression in fail-when',
    '- name: a\n  tcp: {host: db, port: 1}\n  fail-when: banner.isBad()',
    'checks:3:3',
    'item 1: fail-when "banner.isBad()" has an unknown function isBad',
    /CEL/,
  ],
  [
    'a duplicate name',
    '- name: a\n  tcp: {host: db, port: 1}\n- name: a\n  tcp: {host: db, port: 2}',
    'checks:3:3',
    'item 2 has the name of another check',
    /unique name/,
  ],
  [
    'no name',
    '- tcp: {host: db, port: 1}',
    'checks:1:3',
    'item 1: name is missing',
    /^A check of the kind tcp supports name, /,
  ],
  [
    'a name of two lines',
    '- name: "a\\nb"\n  tcp: {host: db, port: 1}',
    'checks:1:3',
    'item 1: name "a b" contains a line break',
    /on one line/,
  ],
  ...[
    'file: {path: ""}',
    'disk: {path: ""}',
    'sqlite: {path: ""}',
    'log: {file: ""}',
    'log: {container: ""}',
    'docker: {container: ""}',
    'tcp: {host: "", port: 1}',
    'tls: {host: "", port: 1}',
    'icmp: {host: ""}',
    'redis: {host: ""}',
    'postgres: {host: ""}',
    'unix: {socket: ""}',
    'tailscale: {socket: ""}',
  ].map((kind): [string, string, string, string, RegExp] => [
    `a variable that is not set: ${kind}`,
    `- name: a\n  ${kind}`,
    'checks:2:',
    '"" is empty',
    /variable that is not set/,
  ]),
  [
    'a command without a word',
    '- name: a\n  redis: {host: b, command: []}',
    'checks:2:',
    'item 1: redis.command',
    /command: \[GET, key\]/,
  ],
  [
    'an empty name',
    "- name: ''\n  tcp: {host: db, port: 1}",
    'checks:1:3',
    'item 1: name "" is empty',
    /Write a name/,
  ],
  ['no checks', 'checks: []', 'checks:1:1', 'checks has no checks', /at least one/],
  [
    'a port that is none',
    '- name: a\n  tcp: {host: db, port: 99999}',
    'checks:2:19',
    'port "99999"',
    /65/,
  ],
  [
    'a URL that is none',
    '- name: a\n  http: {url: shop.example}',
    'checks:2:10',
    'item 1: http.url "shop.example" is not a URL',
    /https:/,
  ],
  [
    'a header that HTTP does not allow',
    '- name: a\n  http: {url: "http://a.example", headers: {"X A": "1"}}',
    'checks:2:',
    'has a name that HTTP does not allow',
    /Name: value/,
  ],
  [
    'a header value that HTTP does not allow',
    '- name: a\n  http:\n    url: http://a.example\n    headers:\n      X-A: "a\\r\\nX-B: 1"',
    'checks:5:7',
    'has a value that HTTP does not allow',
    /Latin-1/,
  ],
])('%s is reported with its position', async (_, text, where, problem, remedy) => {
  const [first, ...others] = await problems(text);
  expect(others).toEqual([]);
  expect(first?.where).toContain(where);
  expect(first?.problem).toContain(problem);
  expect(first?.remedy).toMatch(remedy);
});

test('reports several mistakes at once', async () => {
  const text = `
defaults: {timeout: 5, jitter: 20}
checks:
  - name: a
    http: {url: shop.example}
  - name: b
    tcp: {host: db}
    expect: [status == 1, banner =]
  - name: c
`;
  expect((await problems(text)).map(({ where }) => where)).toEqual([
    'checks:2:12',
    'checks:2:24',
    'checks:5:12',
    expect.stringMatching(/^checks:7:/),
    'checks:8:14',
    'checks:8:27',
    'checks:9:5',
  ]);
});

test('accepts numbers and booleans as headers', async () => {
  const text = '- name: a\n  http: {url: "http://a.example", headers: {X-A: 1, X-B: true}}';
  await expect(readConfig(text, 'checks')).resolves.toBeDefined();
});

test('parses a thousand checks', async () => {
  const text = Array.from(
    { length: 1_000 },
    (_, index) =>
      `- name: c${index}\n  tcp: {host: db, port: ${index + 1}}\n  expect: banner == ''\n`,
  ).join('');
  const start = performance.now();
  expect((await readConfig(text, 'checks')).checks).toHaveLength(1_000);
  expect(performance.now() - start).toBeLessThan(10_000);
});
