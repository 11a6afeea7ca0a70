import { fakeClock } from '@repo/testkit/clock';
import { json, respond } from '@repo/testkit/faults/answers';
import { reset } from '@repo/testkit/faults/breaks';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { sequence } from '@repo/testkit/faults/script';
import { closedPort } from '@repo/testkit/faults/unreachable';
import { describe, expect, test } from 'vitest';
import { createPorts } from '../testing/ports.ts';
import type { Answer, VerifyCheck } from './check.ts';
import { commandCheck } from './command-check.ts';
import { expectedIdentity } from './expected-identity.ts';
import { judgeResponse } from './http-check.ts';
import { readChecks } from './read-checks.ts';
import { verify } from './verify.ts';

const LIMITS = { timeoutMs: 2_000, signal: new AbortController().signal };
const ANY = { status: [200, 299], body: '', json: {} } as const;
const response = (status: number, body = '') => ({ status, body: Buffer.from(body) });

describe('an answer', () => {
  test.each([
    [200, 'ok', ANY, true, 'status 200'],
    [503, 'no', ANY, false, 'status 503 instead of 200-299'],
    [204, '', { ...ANY, status: [200, 200] as const }, false, 'status 204 instead of 200'],
    [200, 'version 2', { ...ANY, body: 'version 2' }, true, 'status 200'],
    [200, 'version 1', { ...ANY, body: 'version 2' }, false, 'no "version 2" in "version 1"'],
    [200, '', { ...ANY, body: 'x' }, false, 'no "x" in an empty body'],
    [200, '{"a":{"b":[1,2]}}', { ...ANY, json: { 'a.b.1': '2' } }, true, 'a.b.1 is 2'],
    [200, '{"v":null}', { ...ANY, json: { v: 'x' } }, false, 'v is null instead of x'],
    [200, '{"v":{}}', { ...ANY, json: { v: 'x' } }, false, 'v is missing instead of x'],
    [
      200,
      '{}',
      { ...ANY, json: { constructor: 'x' } },
      false,
      'constructor is missing instead of x',
    ],
    [200, '<html>', { ...ANY, json: { v: 'x' } }, false, 'no JSON, but "<html>"'],
  ])('%s %j', (status, body, options, ok, found) => {
    expect(judgeResponse(response(status, body), options)).toEqual({ ok, found });
  });
});

describe('expect-identity', () => {
  const sha = '0123456789abcdef0123456789abcdef01234567';
  test.each([
    ['{sha}', { body: sha, json: {} }],
    ['build {short-sha}', { body: 'build 0123456', json: {} }],
    ['build.sha={sha}', { body: '', json: { 'build.sha': sha } }],
    ['version=', { body: '', json: { version: '' } }],
  ])('%s', (given, expected) => {
    expect(expectedIdentity(given, sha)).toEqual(expected);
  });
});

describe('verify-checks', () => {
  test('http and tcp, by their names, with secrets known', async () => {
    const checks = await readChecks(`
- name: the site
  http: {url: "http://user:hunter22@127.0.0.1:1/?token=abc", headers: {authorization: "Bearer xyz"}}
- http: {url: "http://127.0.0.1:1/x"}
- tcp: {host: localhost, port: 5432}`);
    expect(checks.map(({ title }) => title)).toEqual([
      'the site',
      'http http://127.0.0.1:1/x',
      'tcp localhost:5432',
    ]);
    expect(checks[0]?.secrets).toEqual(expect.arrayContaining(['hunter22', 'Bearer xyz']));
  });

  test.each([
    ['', /has no check in it|is empty/],
    ['- http: {url: nowhere}', /verify-checks:1:\d+: 0\.http\.url "nowhere" is not a URL/],
    ['- http: {url: "http://a/", expect: x}', /http\.expect is not a known key/],
    ['- tcp: {host: a, port: 0}', /tcp\.port "0" is out of range/],
    ['- http: {url: "http://a/", status: 299-200}', /"299-200" is no status/],
  ])('%j is refused', async (text, message) => {
    await expect(readChecks(text)).rejects.toThrow(message);
  });

  test('against real ports', async () => {
    await using server = await startHttpServer({ script: json({ db: { state: 'up' } }) });
    const port = new URL(server.url).port;
    const [http, tcp, closed] = await readChecks(`
- http: {url: "${server.url}/health", json: {db.state: up}}
- tcp: {host: 127.0.0.1, port: ${port}}
- tcp: {host: 127.0.0.1, port: ${await closedPort()}}`);
    expect(await http?.attempt(LIMITS)).toEqual({ ok: true, found: 'db.state is up' });
    expect(await tcp?.attempt(LIMITS)).toEqual({ ok: true, found: 'connected' });
    expect(await closed?.attempt(LIMITS)).toMatchObject({ ok: false, found: /refused/ });
  });
});

describe('a command', () => {
  const ports = createPorts({ workspace: import.meta.dirname });
  test.each([
    [['true'], true, 'ended with 0'],
    [['false'], false, 'ended with 1'],
    [['sh', '-c', 'echo "not ready" >&2; exit 3'], false, 'ended with 3: not ready'],
    [['sh', '-c', 'test "$ROLLBACK_TO" = abc'], true, 'ended with 0'],
    [['no-such-program'], false, 'no-such-program is not installed here (ENOENT)'],
    [['echo', '$(reboot); true'], true, 'ended with 0'],
  ] as [[string, ...string[]], boolean, string][])('%j', async (argv, ok, found) => {
    const check = commandCheck(argv, { ROLLBACK_TO: 'abc' }, ports);
    expect(await check.attempt(LIMITS)).toEqual({ ok, found });
  });
});

describe('waiting until all is well', () => {
  const answers = (...given: readonly boolean[]): VerifyCheck & { looks: number } => {
    const check = {
      title: 'it',
      secrets: [],
      looks: 0,
      attempt: async (): Promise<Answer> => {
        const ok = given[Math.min(check.looks++, given.length - 1)] ?? false;
        return { ok, found: ok ? 'well' : 'ill' };
      },
    };
    return check;
  };
  const ports = () => {
    const log: string[] = [];
    const { signal } = new AbortController();
    return {
      clock: fakeClock(),
      log: { info: (text: string) => log.push(text) },
      signal,
      lines: log,
    };
  };

  test('looks again until the check is well', async () => {
    const check = answers(false, false, true);
    expect(await verify([check], 60_000, ports())).toEqual([
      { title: 'it', ok: true, found: 'well', attempts: 3 },
    ]);
  });

  test('gives up at the deadline, and tells that it waits', async () => {
    const given = ports();
    const [verified] = await verify([answers(false)], 30_000, given);
    expect(verified).toMatchObject({ ok: false, found: 'ill' });
    expect(given.clock.monotonic()).toBeLessThanOrEqual(30_000);
    expect(given.clock.monotonic()).toBeGreaterThan(25_000);
    expect(given.lines.length).toBeGreaterThanOrEqual(4);
  });

  test('stops at once when it is aborted', async () => {
    const controller = new AbortController();
    const check = answers(false);
    const verifying = verify([check], 60_000, { ...ports(), signal: controller.signal });
    controller.abort(new Error('cancelled'));
    await expect(verifying).rejects.toThrow('cancelled');
  });
});

test('a service that needs its time', async () => {
  await using server = await startHttpServer({
    script: sequence(reset(), respond(503), respond(200)),
  });
  const checks = await readChecks(`- http: {url: "${server.url}"}`);
  const { clock, log, signal } = createPorts({ workspace: '.' });
  const [verified] = await verify(checks, 10_000, { clock, log, signal });
  expect(verified).toMatchObject({ ok: true, attempts: 3 });
});
