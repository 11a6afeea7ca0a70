import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { certificates, type KeyPair } from '@repo/testkit/certificates/certificates';
import { json, respond } from '@repo/testkit/faults/answers';
import { hang } from '@repo/testkit/faults/breaks';
import { bomb } from '@repo/testkit/faults/floods';
import { HOSTILE, hostileText } from '@repo/testkit/faults/hostile-text';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { alternate, byPath, sequence, times } from '@repo/testkit/faults/script';
import { banner, startTcpServer } from '@repo/testkit/faults/tcp-server';
import { closedPort } from '@repo/testkit/faults/unreachable';
import { everythingWritten } from '@repo/testkit/runner/everything-written';
import { type RunActionOptions, runAction } from '@repo/testkit/runner/run-action';
import { windowsLane } from '@repo/testkit/runner/windows-lane';
import { describe, expect, test } from 'vitest';

const action = fileURLToPath(new URL('../../actions/health-check', import.meta.url));
const dist = join(action, 'dist');
const pem = certificates();

/** Runs the bundle with a short interval by default. */
function check(inputs: Readonly<Record<string, string>>, options: Partial<RunActionOptions> = {}) {
  return runAction({ action, with: { interval: '1ms', ...inputs }, ...options });
}

/** The checks of the JSON report. */
async function checksOf(result: { readonly outputs: Readonly<Record<string, string>> }) {
  const report = JSON.parse(await readFile(result.outputs['report-file'] ?? '', 'utf8'));
  return report.result.checks;
}

describe('pages after a deploy', () => {
  test('one healthy attempt passes, with latencies and a summary', async () => {
    await using server = await startHttpServer({ script: respond(204) });
    await using result = await check({ url: `${server.url}/\n${server.url}/output/proxies.json` });
    expect(result.exitCode).toBe(0);
    expect(result.outputs).toMatchObject({
      verdict: 'pass',
      status: 'healthy',
      healthy: 'true',
      attempts: '2',
      'failed-checks': '',
      message: 'All 2 checks are healthy',
    });
    const [first] = await checksOf(result);
    for (const phase of ['connect', 'firstByte', 'total']) {
      expect(first.latency[phase].p50, phase).toBeGreaterThan(0);
    }
    expect(result.summary).toContain('health-check: healthy');
    expect(result.annotations).toEqual([]);
  });

  test('500 three times, then 200, is healthy after 4 attempts', async () => {
    const script = sequence(...times(3, respond(500)), respond(200));
    await using server = await startHttpServer({ script });
    await using result = await check({ url: server.url });
    expect(result.exitCode).toBe(0);
    expect(result.outputs.status).toBe('healthy');
    expect(result.outputs.attempts).toBe('4');
    expect(result.outputs.message).toContain('healthy, after 4 attempts');
    expect(result.summary).toContain('after 4 attempts');
  });

  test('a closed port is unhealthy at the deadline, with host, port, cause and attempts', async () => {
    const port = await closedPort();
    await using result = await check({
      url: `http://127.0.0.1:${port}/`,
      interval: '20ms',
      deadline: '200ms',
    });
    expect(result.exitCode).toBe(1);
    expect(result.outputs).toMatchObject({
      verdict: 'fail',
      status: 'unhealthy',
      healthy: 'false',
    });
    expect(result.outputs.message).toMatch(
      new RegExp(
        `http://127\\.0\\.0\\.1:${port}/ is unhealthy, .*refused.*127\\.0\\.0\\.1:${port}`,
      ),
    );
    expect(result.outputs.message).toMatch(/after \d+ attempts in \d+ms, the deadline/);
    expect(result.annotations).toEqual([expect.objectContaining({ level: 'error' })]);
    const [{ durationMs }] = await checksOf(result);
    expect(durationMs).toBeLessThan(400);
  });

  test('a server that never answers takes no longer than the timeout', async () => {
    await using server = await startHttpServer({ script: hang() });
    await using result = await check({ url: server.url, timeout: '50ms', 'max-attempts': '2' });
    expect(result.outputs.status).toBe('unhealthy');
    expect(result.outputs.message).toContain('timed out after 50ms');
    expect(result.outputs.attempts).toBe('2');
  });
});

test('a flapping target is unhealthy with stable-for and error-budget', async () => {
  await using server = await startHttpServer({ script: alternate(respond(200), respond(500)) });
  await using result = await check({
    url: server.url,
    interval: '5ms',
    'stable-for': '300ms',
    'error-budget': '10%',
  });
  expect(result.exitCode).toBe(1);
  expect(result.outputs.status).toBe('unhealthy');
  expect(result.outputs.message).toContain('more than the error budget');
});

test('a slow target is degraded, and fails with fail-on: warn', async () => {
  await using server = await startHttpServer({ script: respond(200) });
  await using slow = await check({
    url: server.url,
    'degraded-latency': '1ms',
    'max-attempts': '1',
  });
  expect(['healthy', 'degraded']).toContain(slow.outputs.status);
  await using gone = await check({
    checks: `
      - name: page
        http: {url: "${server.url}"}
        max-attempts: 1
        degraded: latency >= duration('0s')`,
  });
  expect(gone.exitCode).toBe(0);
  expect(gone.outputs).toMatchObject({ verdict: 'warn', status: 'degraded', healthy: 'true' });
  await using strict = await check({
    'fail-on': 'warn',
    checks: `
      - name: page
        http: {url: "${server.url}"}
        max-attempts: 1
        degraded: latency >= duration('0s')`,
  });
  expect(strict.exitCode).toBe(1);
});

describe('certificates', () => {
  test.each<[string, KeyPair, RegExp]>([
    ['expired', pem.expired, /the certificate expired on \d{4}-\d\d-\d\d/],
    ['self-signed', pem.selfSigned, /self-signed/],
    ['wrong-name', pem.wrongName, /other\.example/],
    ['not yet valid', pem.notYetValid, /not valid before|not yet valid/],
    [
      'from an untrusted authority',
      pem.untrustedChain,
      /untrusted|not trusted|no trusted|unknown authority|not known/,
    ],
  ])('%s', async (_, pair, reason) => {
    await using server = await startHttpServer({ script: respond(200), tls: { pair } });
    for (const url of [server.url, server.url.replace('https:', 'tls:')]) {
      await using result = await check({ url, 'ca-file': pem.ca.certFile, 'max-attempts': '1' });
      expect(result.outputs.status).toBe('unhealthy');
      expect(result.outputs.message).toMatch(reason);
      expect(server.requests).toEqual([]);
    }
  });

  test('a trusted certificate is healthy, and min-tls-days checks its expiry', async () => {
    await using server = await startHttpServer({ script: respond(200), tls: { pair: pem.good } });
    const inputs = { url: server.url, 'ca-file': pem.ca.certFile, 'max-attempts': '1' };
    await using good = await check({ ...inputs, 'min-tls-days': '30' });
    expect(good.outputs.status).toBe('healthy');
    await using late = await check({ ...inputs, 'min-tls-days': '36500' });
    expect(late.outputs.message).toContain('expected at least 36500');
  });
});

test('expect-version waits until every new connection shows the new version', async () => {
  const [before, after] = [json({ version: '1.4.1' }), json({ version: '1.4.2' })];
  // A rolling deploy: the old version answers first, then both, in the end only the new one.
  const script = sequence(before, after, after, before, after, after, after, before, after);
  await using server = await startHttpServer({ script });
  await using result = await check({
    url: server.url,
    'expect-version': '1.4.2',
    'version-connections': '4',
  });
  expect(result.outputs.status).toBe('healthy');
  const lastOld = 8;
  expect(server.requests.length).toBeGreaterThanOrEqual(lastOld + 4);
  expect(server.connections).toBe(server.requests.length);
  expect(result.log).toContain('version "1.4.1", expected "1.4.2"');
});

describe('a hostile target', () => {
  test('cannot print workflow commands', async () => {
    await using server = await startHttpServer({ script: hostileText(500) });
    await using result = await check({
      checks: `
        - name: hostile
          http: {url: "${server.url}"}
          expect: [status == 200, body == 'x', "headers['x-hostile'] == ''"]
          max-attempts: 2`,
      'body-excerpt': '4KiB',
    });
    expect(result.outputs.status).toBe('unhealthy');
    expect(result.env).toEqual({});
    expect(result.warnings).toEqual([]);
    expect(result.masks).not.toContain('a');
    // Only the annotation of the action.
    expect(result.annotations.map(({ title }) => title)).toEqual(['hostile is unhealthy']);
    for (const text of [result.stdout, result.stderr]) {
      expect(text).not.toMatch(
        /^\s*::(?!error title=hostile|add-mask::ghs_0|group::Checking|endgroup::|debug::)/m,
      );
      expect(text).not.toContain(HOSTILE.colour);
      expect(text).not.toContain('##[error]a command');
      expect(text).not.toContain('\u202e');
    }
    expect(result.summary).not.toContain('<script>');
    expect(result.summary).not.toContain('@mention');
  });

  test('cannot exhaust the memory with a gzip bomb', async () => {
    await using server = await startHttpServer({
      script: bomb({ decodedBytes: 300_000_000 }),
    });
    await using result = await check(
      { url: server.url, 'expect-body': 'x', 'max-attempts': '3' },
      { measure: true },
    );
    expect(result.outputs.status).toBe('unhealthy');
    // The Windows lane measures nothing.
    if (windowsLane() === undefined) expect(result.maxRssBytes).toBeLessThan(200_000_000);
  });

  test('cannot stall a regular expression', async () => {
    const script = respond(200, { body: `${'a'.repeat(100_000)}!` });
    await using server = await startHttpServer({ script });
    await using result = await check({
      url: server.url,
      'expect-body-regex': '^(a+)+$',
      expect: "body.matches('^(a|aa)+$')",
      'max-attempts': '1',
      deadline: '20s',
    });
    expect(result.outputs.message).toContain('does not match ^(a+)+$');
  });
});

describe('invalid inputs', () => {
  const wrong = {
    url: 'shop.example/health',
    timeout: '5',
    'expect-status': '20x',
    jitter: '5',
    'expect-body-regex': '(?=a)',
    insecure: 'yes',
  };

  test('are reported in one error with remedies, without a stack trace', async () => {
    await using result = await check(wrong);
    expect(result.exitCode).toBe(1);
    const [error, ...others] = result.annotations;
    expect(others).toEqual([]);
    for (const name of Object.keys(wrong)) expect(error?.message).toContain(`${name}: `);
    for (const remedy of [
      'Write a complete URL',
      '500ms',
      '200-299',
      'Write a percentage',
      'RE2',
      'true or false',
    ]) {
      expect(error?.message).toContain(remedy);
    }
    expect(result.stdout + result.stderr).not.toMatch(/\bat .*\.js:\d+/);
    expect(result.outputs).toMatchObject({ verdict: 'unknown' });
  });

  test('fail the run regardless of fail-on', async () => {
    await using result = await check({ ...wrong, 'fail-on': 'never' });
    expect(result.exitCode).toBe(1);
  });

  test('in YAML are reported with line and column', async () => {
    await using result = await check({
      checks: [
        'checks:',
        '  - name: a',
        '    http: {url: "http://127.0.0.1/", metod: GET}',
        '    timeout: 5',
        '  - name: b',
        '    gopher: {}',
        '  - name: c',
        '    tcp: {host: 127.0.0.1, port: 1}',
        '    expect: baner == 1',
      ].join('\n'),
    });
    expect(result.exitCode).toBe(1);
    const [{ message } = { message: '' }] = result.annotations;
    for (const place of ['checks:3:38', 'checks:4:', 'checks:5:', 'checks:9:']) {
      expect(message).toContain(place);
    }
    expect(message).toContain('unknown variable baner');
  });
});

test('runs checks of several kinds from a JSON file', async () => {
  await using http = await startHttpServer({
    script: byPath({ '/health': json({ status: 'ok', queue: 3 }) }),
  });
  await using tcp = await startTcpServer({ script: banner('220 mail.example ready\r\n') });
  const config = {
    defaults: { 'max-attempts': 2 },
    checks: [
      {
        name: 'api',
        http: { url: `${http.url}/health` },
        expect: ["json.status == 'ok'", 'json.queue < 10', 'size > 5'],
      },
      {
        name: 'mail',
        tcp: { host: '127.0.0.1', port: tcp.port },
        expect: "banner.startsWith('220 ')",
      },
      { name: 'down', http: { url: `${http.url}/missing` } },
    ],
  };
  const file = join(
    await import('node:os').then(({ tmpdir }) => tmpdir()),
    `checks-${process.pid}.json`,
  );
  await writeFile(file, JSON.stringify(config, undefined, '\t'));
  await using result = await check({ config: file });
  expect(result.outputs).toMatchObject({
    'failed-checks': 'down',
    message: expect.stringContaining(
      '1 of 3 checks is unhealthy: down, status 404, expected 200-299',
    ),
  });
});

test('fail-when ends the check at once', async () => {
  await using server = await startHttpServer({ script: json({ status: 'failed' }, 503) });
  await using result = await check({
    url: server.url,
    'fail-when': "json.status == 'failed'",
    deadline: '10s',
  });
  expect(result.outputs).toMatchObject({ status: 'unhealthy', attempts: '1' });
  expect(result.outputs.message).toContain("fail-when is met: json.status == 'failed'");
});

test('proxy: sends HTTP checks through the proxy, which resolves the name', async () => {
  await using proxy = await startHttpServer({ script: respond(200, { body: 'by proxy' }) });
  const { host } = new URL(proxy.url);
  await using result = await check({
    url: 'http://shop.internal.invalid/health',
    proxy: `http://me:s3cr3t@${host}`,
    'expect-body': 'by proxy',
    'max-attempts': '1',
  });
  expect(result.outputs.status, result.log).toBe('healthy');
  expect(proxy.requests[0]?.url).toBe('http://shop.internal.invalid/health');
  expect(proxy.requests[0]?.headers['proxy-authorization']).toBe(
    `Basic ${Buffer.from('me:s3cr3t').toString('base64')}`,
  );
  expect(everythingWritten(result)).not.toContain('s3cr3t');
  await using refused = await check({ url: 'http://169.254.169.254/', proxy: proxy.url });
  expect(refused.outputs.status).toBe('unknown');
  expect(proxy.requests).toHaveLength(1);
});

test('needs: a check that needs an unhealthy check is unknown and does not run', async () => {
  await using unhealthy = await startHttpServer({ script: respond(500) });
  await using other = await startHttpServer({ script: respond(200) });
  await using result = await check({
    'max-attempts': '2',
    checks: `
      - {name: page, http: {url: "${other.url}"}, needs: database}
      - {name: database, http: {url: "${unhealthy.url}"}}`,
  });
  expect(result.outputs).toMatchObject({ status: 'unhealthy', 'failed-checks': 'page,database' });
  expect(result.log).toContain('page: unknown, not run: it needs database, which is unhealthy');
  expect(other.requests).toEqual([]);
});

test('invert: waits until the target is gone', async () => {
  const script = sequence(respond(200), respond(200), respond(503));
  await using server = await startHttpServer({ script });
  await using result = await check({
    checks: `[{name: old, http: {url: "${server.url}"}, invert: true}]`,
  });
  expect(result.outputs).toMatchObject({ status: 'healthy', attempts: '3' });
});

test('steps: creates, follows a link, reads back', async () => {
  const script = byPath({
    '/': respond(201, { headers: { location: '/p/17' } }),
    '/p/17': respond(200, { body: 'hello' }),
  });
  await using server = await startHttpServer({ script });
  await using result = await check({
    checks: `
      - name: round-trip
        steps:
          - http: {url: "${server.url}/", method: POST, body: hello, follow-redirects: false}
            expect: status == 201
            capture: {link: "headers['location']"}
          - http: {url: "\${link}"}
            expect: body == 'hello'`,
  });
  expect(result.outputs.status, result.log).toBe('healthy');
});

test('a dry run lists the checks, reports mistakes, and sends no requests', async () => {
  await using server = await startHttpServer({ script: respond(200) });
  const checks = (kind: string) => `
- {name: page, ${kind}: {url: '${server.url}'}}
- {name: data, http: {url: '${server.url}/data'}, needs: page}
`;
  const dry = { 'dry-run': 'true', 'incident-issue': 'true', 'badge-file': 'badge.json' };
  await using gate = await check({ ...dry, checks: checks('http') });
  expect(gate.outputs).toMatchObject({
    verdict: 'unknown',
    healthy: 'false',
    message: '2 checks valid, none run (dry-run)',
  });
  // A forgotten dry run does not pass a gate.
  expect(gate.exitCode).toBe(1);
  expect(gate.summary).toContain('| data | http |');
  expect(gate.files.filter((file) => file.endsWith('badge.json'))).toEqual([]);

  await using valid = await check({ ...dry, 'fail-on': 'never', checks: checks('http') });
  expect([valid.exitCode, valid.annotations]).toEqual([0, []]);
  await using invalid = await check({ ...dry, 'fail-on': 'never', checks: checks('htp') });
  expect(invalid.exitCode).toBe(1);
  expect(invalid.log).toContain('has no kind of check among its keys name, htp');
  expect(server.requests).toHaveLength(0);
});

test('secrets appear in no output', async () => {
  await using server = await startHttpServer({
    script: respond(403, { body: 'no: s3cr3t-token-1' }),
  });
  const { host } = new URL(server.url);
  await using result = await check({
    url: `http://user:s3cr3t-password-2@${host}/?access_token=s3cr3t-query-3`,
    headers: 'X-Api-Key: s3cr3t-header-4',
    'bearer-token': 's3cr3t-token-1',
    'max-attempts': '2',
    notify: `webhook=${server.url}/s3cr3t-hook-5`,
  });
  expect(result.outputs.status).toBe('unhealthy');
  expect(everythingWritten(result)).not.toMatch(/s3cr3t/);
  const [request] = server.requests;
  expect(request?.headers.authorization).toBe('Bearer s3cr3t-token-1');
  const notification = server.requests.find(({ path }) => path === '/s3cr3t-hook-5');
  expect(notification?.body).not.toMatch(/s3cr3t/);
});

test('sends notifications; a failed one is a warning', async () => {
  await using hook = await startHttpServer({ script: sequence(respond(200), respond(404)) });
  await using result = await check({
    url: `http://127.0.0.1:${await closedPort()}/`,
    'max-attempts': '1',
    notify: `slack=${hook.url}/a\ndiscord=${hook.url}/b`,
  });
  expect(result.exitCode).toBe(1);
  expect(hook.requests).toHaveLength(2);
  expect(hook.requests.map(({ body }) => body).join()).toContain('is unhealthy');
  expect(result.annotations).toContainEqual(
    expect.objectContaining({ level: 'warning', title: 'Notification not sent' }),
  );
});

test('notifies about a run that cannot finish', async () => {
  await using hook = await startHttpServer({ script: respond(200) });
  await using server = await startHttpServer({ script: respond(200) });
  await using result = await check({
    url: server.url,
    // Below a file, which cannot be a folder.
    'report-file': `${certificates().ca.certFile}/report.json`,
    notify: `webhook=${hook.url}/`,
  });
  expect(result.exitCode).toBe(1);
  expect(hook.requests.map(({ body }) => JSON.parse(body).verdict)).toEqual(['unknown']);
  expect(result.annotations).toContainEqual(
    expect.objectContaining({ title: 'health-check: failed' }),
  );
});

test('a cancel ends the checks at once and reports their attempts', async () => {
  await using server = await startHttpServer({ script: respond(500) });
  await using result = await check(
    { url: server.url, interval: '1m', deadline: '5m' },
    { cancel: { when: /retry in/ } },
  );
  expect(result.exitCode).toBe(1);
  expect(result.outputs).toMatchObject({ status: 'unknown', verdict: 'unknown' });
  expect(result.outputs.message).toContain('cancelled');
});

test('a link-local address is unknown', async () => {
  await using result = await check({ url: 'http://169.254.169.254/latest/meta-data/' });
  expect(result.exitCode).toBe(1);
  expect(result.outputs).toMatchObject({ status: 'unknown', attempts: '1' });
});

describe('the entry chunk', () => {
  /** The packages in a chunk of the bundle. */
  async function packagesIn(chunk: string): Promise<readonly string[]> {
    const text = await readFile(join(dist, chunk), 'utf8');
    const paths = text.matchAll(
      /node_modules\/\.pnpm\/[^/]+\/node_modules\/((?:@[^/]+\/)?[^/]+)\//g,
    );
    return [...new Set([...paths].map(([, name]) => name ?? ''))];
  }

  test('contains no heavy packages: octokit, undici, YAML, CEL', async () => {
    const packages = await packagesIn('index.js');
    expect(packages).toContain('@actions/core');
    for (const heavy of ['@octokit', 'undici', 'yaml', '@bufbuild', 'json-p3', 'valibot']) {
      expect(packages.filter((name) => name.startsWith(heavy))).toEqual([]);
    }
  });
});
