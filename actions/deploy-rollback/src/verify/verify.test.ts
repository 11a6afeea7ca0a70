import { fakeClock } from '@repo/testkit/clock';
import { json, respond } from '@repo/testkit/faults/answers';
import { reset } from '@repo/testkit/faults/breaks';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { sequence } from '@repo/testkit/faults/script';
import { closedPort } from '@repo/testkit/faults/unreachable';
import { describe, expect, test } from 'vitest';
import { createPorts } from '../testing/ports.ts';
import type { AttemptResult, VerifyCheck } from './verify-check.ts';
import { getIdentityExpectations, parseVerifyChecks } from './verify-checks.ts';
import { createVerifyCommandCheck } from './verify-command.ts';
import { waitUntilHealthy } from './wait-until-healthy.ts';

const LIMITS = { timeoutMs: 2_000, signal: new AbortController().signal };

describe('an HTTP check', () => {
  test.each<[string, string, boolean, string | RegExp]>([
    ['ok', '', true, 'status 200-299'],
    ['no', 'status: 503', false, /^status 200, expected 503 \(response 200 OK \(.*\): no\)$/],
    ['ok', 'status: 200', true, 'status 200'],
    ['version 2', 'body: version 2', true, 'status 200-299, body contains version 2'],
    [
      'version 1',
      'body: version 2',
      false,
      /^the body does not contain "version 2" \(.*: version 1\)$/,
    ],
    ['{"a":{"b":[1,2]}}', 'json: {a.b.1: 2}', true, 'status 200-299, a.b.1 is 2'],
    ['{"v":null}', 'json: {v: x}', false, /^v is null, expected x /],
    ['<html>', 'json: {v: x}', false, /^the body is not JSON \(.*: <html>\)$/],
  ])('%j with %s', async (body, expectations, ok, found) => {
    await using server = await startHttpServer({ script: respond(200, { body }) });
    const [check] = await parseVerifyChecks(`- http: {url: "${server.url}", ${expectations}}`);
    const result = await check?.attempt(LIMITS);
    expect(result?.ok).toBe(ok);
    if (typeof found === 'string') expect(result?.found).toBe(found);
    else expect(result?.found).toMatch(found);
  });

  test('does not show a header or a query parameter that the server sends back', async () => {
    await using server = await startHttpServer({
      script: respond(403, { body: 'denied for s3cr3t-token and s3cr3t-query' }),
    });
    const [check] = await parseVerifyChecks(
      `- http: {url: "${server.url}/?token=s3cr3t-query", headers: {Authorization: Bearer s3cr3t-token}}`,
    );
    const result = await check?.attempt(LIMITS);
    expect(result).toMatchObject({ ok: false, found: expect.stringContaining('denied for ***') });
    expect(JSON.stringify([check?.title, result])).not.toContain('s3cr3t');
  });
});

describe('expect-identity', () => {
  const sha = '0123456789abcdef0123456789abcdef01234567';
  test.each([
    ['', []],
    ['{sha}', [`body contains ${sha}`]],
    ['build {short-sha}', ['body contains build 0123456']],
    ['build.sha={sha}', [`build.sha is ${sha}`]],
    ['version=', ['version is ']],
  ])('%j', (given, expected) => {
    expect(getIdentityExpectations(given, sha).map(({ source }) => source)).toEqual(expected);
  });
});

describe('verify-checks', () => {
  test('reads http and tcp checks, with names and secrets', async () => {
    const checks = await parseVerifyChecks(`
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
    ['', /has no checks|is empty/],
    ['- http: {url: nowhere}', /verify-checks:1:\d+: item 1: http\.url "nowhere" is not a URL/],
    ['- http: {url: "http://a/", expect: x}', /http\.expect is not a known key/],
    ['- tcp: {host: a, port: 0}', /tcp\.port "0" is out of range/],
    ['- http: {url: "http://a/", status: 299-200}', /"299-200" has an invalid status code/],
  ])('rejects %j', async (text, message) => {
    await expect(parseVerifyChecks(text)).rejects.toThrow(message);
  });

  test('passes or fails against local ports', async () => {
    await using server = await startHttpServer({ script: json({ db: { state: 'up' } }) });
    const port = new URL(server.url).port;
    const [http, tcp, closed] = await parseVerifyChecks(`
- http: {url: "${server.url}/health", json: {db.state: up}}
- tcp: {host: 127.0.0.1, port: ${port}}
- tcp: {host: 127.0.0.1, port: ${await closedPort()}}`);
    expect(await http?.attempt(LIMITS)).toEqual({
      ok: true,
      found: 'status 200-299, db.state is up',
    });
    expect(await tcp?.attempt(LIMITS)).toEqual({ ok: true, found: 'connected' });
    expect(await closed?.attempt(LIMITS)).toMatchObject({ ok: false, found: /refused/ });
  });
});

describe('verify-command', () => {
  test.each([
    [['true'], true, 'exitCode == 0'],
    [['false'], false, 'exit code 1, expected 0'],
    [
      ['sh', '-c', 'echo "not ready" >&2; exit 3'],
      false,
      'exit code 3, expected 0 (end of stderr: not ready)',
    ],
    [['sh', '-c', 'test "$ROLLBACK_TO" = abc'], true, 'exitCode == 0'],
    [['no-such-program'], false, 'no-such-program is not installed here (ENOENT)'],
    [['echo', '$(reboot); true'], true, 'exitCode == 0'],
  ] as [[string, ...string[]], boolean, string][])('%j', async (argv, ok, found) => {
    const check = createVerifyCommandCheck(argv, { ROLLBACK_TO: 'abc' }, import.meta.dirname);
    expect(await check.attempt(LIMITS)).toEqual({ ok, found });
  });
});

describe('waitUntilHealthy', () => {
  const answers = (...given: readonly boolean[]): VerifyCheck & { looks: number } => {
    const check = {
      title: 'it',
      secrets: [],
      looks: 0,
      attempt: async (): Promise<AttemptResult> => {
        const ok = given[Math.min(check.looks++, given.length - 1)] ?? false;
        return { ok, found: ok ? 'healthy' : 'unhealthy' };
      },
    };
    return check;
  };
  const ports = () => {
    const log: string[] = [];
    const { signal } = new AbortController();
    return {
      clock: fakeClock(),
      log: { info: (text: string) => log.push(text), debug: () => {} },
      signal,
      variable: () => '',
      lines: log,
    };
  };

  test('retries until the check is healthy', async () => {
    const check = answers(false, false, true);
    expect(await waitUntilHealthy([check], 60_000, ports())).toEqual([
      { title: 'it', ok: true, found: 'healthy', attempts: 3 },
    ]);
  });

  test('ends at the deadline and logs the progress', async () => {
    const given = ports();
    const [verified] = await waitUntilHealthy([answers(false)], 30_000, given);
    expect(verified).toMatchObject({ ok: false, found: 'unhealthy' });
    expect(given.clock.monotonic()).toBeLessThanOrEqual(30_000);
    expect(given.clock.monotonic()).toBeGreaterThan(25_000);
    expect(given.lines.length).toBeGreaterThanOrEqual(4);
  });

  test('stops when it is aborted', async () => {
    const controller = new AbortController();
    const check = answers(false);
    const verifying = waitUntilHealthy([check], 60_000, { ...ports(), signal: controller.signal });
    controller.abort(new Error('cancelled'));
    await expect(verifying).rejects.toThrow('cancelled');
  });
});

test('waits for a service that starts slowly', async () => {
  await using server = await startHttpServer({
    script: sequence(reset(), respond(503), respond(200)),
  });
  const checks = await parseVerifyChecks(`- http: {url: "${server.url}"}`);
  const ports = createPorts({ workspace: '.' });
  const [verified] = await waitUntilHealthy(checks, 10_000, ports);
  expect(verified).toMatchObject({ ok: true, attempts: 3 });
});
