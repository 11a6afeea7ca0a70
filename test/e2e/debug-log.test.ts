import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { respond } from '@repo/testkit/faults/answers';
import { type HttpServer, startHttpServer } from '@repo/testkit/faults/http-server';
import { redirectTo } from '@repo/testkit/faults/redirects';
import { byPath, sequence } from '@repo/testkit/faults/script';
import { startLocalGitHub } from '@repo/testkit/github/local-github';
import { startProxy } from '@repo/testkit/proxies/proxy-server';
import { type RunActionOptions, type RunResult, runAction } from '@repo/testkit/runner/run-action';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startFakeDocker } from './fake-docker.ts';
import { go } from './perf/go-output.ts';
import { openPull } from './perf/pull-request.ts';
import { listText, record } from './proxy/testbed.ts';
import { PARTS, startGitHubEnvironment } from './rollback/github-environment.ts';

/** Secrets with characters that URLs, JSON and shells encode. */
const SECRETS = {
  hook: 'hook-Path/7f3a+9=',
  password: 'p@ss wörd&1',
  token: 'tok"en<8c1>',
  query: 'query secret/22',
  github: 'ghs_local0000000000000000000000000000000',
};

let folder: string;
let server: HttpServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'debug-log-'));
  server = await startHttpServer({
    script: byPath(
      {
        '/flaky': sequence(respond(500), respond(200)),
        '/old': redirectTo(`/new?code=${encodeURIComponent(SECRETS.query)}`),
        [`/flaky/${SECRETS.hook}`]: sequence(respond(503), respond(200)),
      },
      respond(204),
    ),
  });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** Runs an action with the debug log, and a notification to a secret URL. */
async function run(
  name: string,
  inputs: Readonly<Record<string, string>>,
  options: Partial<RunActionOptions> = {},
): Promise<RunResult> {
  return runAction({
    cwd: folder,
    debug: true,
    ...options,
    action: fileURLToPath(new URL(`../../actions/${name}`, import.meta.url)),
    with: { ...notification(), ...inputs },
  });
}

function notification() {
  return { notify: `webhook=${server.url}/hook/${SECRETS.hook}`, 'notify-on': 'always' };
}

/** The lines of the debug log; checks that the process printed no secret in any form. */
async function readDebugLog(name: string, { stdout, stderr, log }: RunResult) {
  // The commands that mask a secret contain it by design.
  const printed = `${stdout}\n${stderr}`.replace(/^::add-mask::.*$/gm, '');
  for (const [secret, value] of Object.entries(SECRETS)) {
    const bytes = Buffer.from(value);
    for (const form of [
      value,
      encodeURIComponent(value),
      new URLSearchParams([['', value]]).toString().slice(1),
      encodeURI(value),
      JSON.stringify(value).slice(1, -1),
      bytes.toString('base64'),
      bytes.toString('base64url'),
    ]) {
      expect(printed.includes(form), `${secret} as ${form} in the output of ${name}`).toBe(false);
    }
  }
  const { DEBUG_LOGS } = process.env;
  if (DEBUG_LOGS !== undefined) {
    await mkdir(DEBUG_LOGS, { recursive: true });
    await writeFile(join(DEBUG_LOGS, `${name}.log`), `${log}\n`);
  }
  return log
    .split('\n')
    .filter((line) => line.startsWith('##[debug]'))
    .map((line) => line.slice('##[debug]'.length));
}

function expectLines(lines: readonly string[], ...patterns: readonly RegExp[]): void {
  for (const pattern of patterns) expect(lines).toContainEqual(expect.stringMatching(pattern));
}

test('health-check: requests, redirects, retries, decisions and the notification', async () => {
  const address = server.url.replace('//', `//me:${encodeURIComponent(SECRETS.password)}@`);
  await using result = await run('health-check', {
    url: [
      `${address}/flaky?token=${encodeURIComponent(SECRETS.query)}`,
      `${server.url}/old`,
      `tcp://127.0.0.1:${server.port}`,
    ].join('\n'),
    headers: `X-Api-Key: ${SECRETS.token}`,
    interval: '1ms',
    notify: `webhook=${server.url}/flaky/${SECRETS.hook}`,
  });
  expect(result.outputs.status, result.log).toBe('healthy');
  expectLines(
    await readDebugLog('health-check', result),
    /GET http:\/\/127\.0\.0\.1:\d+\/flaky\?token=\*\*\* → 500 from 127\.0\.0\.1 in \d+/,
    /attempt 1 is unhealthy in \d+ms: status 500, .*; retry in \d+ms/,
    /attempt 2 is healthy in \d+ms; the check ends as healthy/,
    /GET http:\/\/127\.0\.0\.1:\d+\/old → 302, then 204/,
    /tcp:\/\/127\.0\.0\.1:\d+: attempt 1 is healthy/,
    /^notify: POST 127\.0\.0\.1:\d+ → 503$/,
    /^notify: retrying at once, because the service answered 503$/,
    /^notify: POST 127\.0\.0\.1:\d+ → 200$/,
  );
});

test('without debug logging, the log has no debug lines', async () => {
  await using result = await run('health-check', { url: server.url }, { debug: false });
  expect(result.stdout).not.toContain('::debug::');
});

test('docker-label-cleanup: requests to the daemon and the decision about each object', async () => {
  const label = { environment: 'testing' };
  await using daemon = await startFakeDocker([
    { kind: 'container', id: 'web', labels: label, volumes: ['data'] },
    { kind: 'container', id: 'db', labels: { ...label, keep: SECRETS.token } },
    { kind: 'container', id: 'other' },
    { kind: 'volume', id: 'data', labels: label },
  ]);
  await using result = await run('docker-label-cleanup', {
    ...{ host: daemon.host, labels: 'environment=testing', protect: 'name:db' },
  });
  expect(daemon.left()).toEqual(['db', 'other']);
  // A label is not a secret of this action, so only the notification is checked.
  expectLines(
    await readDebugLog('docker-label-cleanup', result),
    /^docker: GET \/v1\.41\/containers\/json\?all=true.* → 200 in \d+/,
    /^docker: DELETE \/v1\.41\/containers\/web\?.* → 204 in \d+/,
    /^container web: remove \(environment=testing\)$/,
    /^container db: protected \(.*name:db.*\)$/,
    /^container other: unselected \(no label group matches\)$/,
  );
});

test('perf-regression: the baseline, the rule of each metric and the programs', async () => {
  await using github = await startLocalGitHub();
  const repository = String(github.context.repository);
  await openPull(github, { repository, branch: 'topic', sha: 'b'.repeat(40) });
  await writeFile(join(folder, 'old.txt'), go({ Parse: 1000, Render: 50_000 }));
  await writeFile(join(folder, 'new.txt'), go({ Parse: 1500, Render: 50_000 }));
  const pull_request = {
    ...{ number: 1, base: { ref: 'main' }, labels: [] },
    head: { sha: 'b'.repeat(40), repo: { full_name: repository } },
  };
  const event = { repository: { full_name: repository, default_branch: 'main' }, pull_request };
  await using result = await run(
    'perf-regression',
    { results: 'new.txt', baseline: 'old.txt', metrics: '- {match: "*Parse", fail: 30%}' },
    { github: { ...github.context, event_name: 'pull_request', event } },
  );
  expect(result.outputs.verdict, result.log).toBe('fail');
  expectLines(
    await readDebugLog('perf-regression', result),
    /^baseline: the files of the baseline$/,
    /Parse time: fail, .*; rule: fail above 30%/,
    /Render time: unchanged, .*; rule: fail above 20%/,
    /^publish: github; record: no$/,
    /^GitHub: POST \/repos\/.*\/issues\/1\/comments → 201/,
  );
});

test('deploy-rollback: the lock, each release with its reason, and the verification', async () => {
  const part = PARTS['git: restore-commit by API'];
  if (part === undefined) throw new Error('missing part');
  await using environment = await startGitHubEnvironment(part);
  environment.recordDeploys();
  await using result = await environment.run(
    { ...notification(), reason: 'the health check failed' },
    { on: { debug: true } },
  );
  expect(result.outputs, result.log).toMatchObject({ result: 'rolled-back' });
  const good = environment.good.slice(0, 7);
  const bad = environment.bad.slice(0, 7);
  expectLines(
    await readDebugLog('deploy-rollback', result),
    /^GitHub: PATCH \/repos\/.*\/git\/refs\/heads\/main → 200/,
    /^lock refs\/deploy-rollback\/.*: acquired \(free\)$/,
    new RegExp(`^release ${bad}\\w* is skipped: `),
    new RegExp(`^release ${good}\\w* is selected: `),
    /^GET http:\/\/127\.0\.0\.1:\d+\/ → 200 from/,
    /attempt 1 passed/,
  );
});

test('proxy-retest: the selection, the targets and the result of each endpoint', async () => {
  await using proxy = await startProxy({
    ...{ protocol: 'http', credentials: { user: 'me', password: SECRETS.password } },
  });
  const login = `me:${encodeURIComponent(SECRETS.password)}`;
  const list = [record(`http://${login}@127.0.0.1:${proxy.port}`), record('http://127.0.0.1:1')];
  await writeFile(join(folder, 'proxies.json'), listText(list));
  await using result = await run('proxy-retest', {
    ...{ list: 'proxies.json', select: 'all', engine: 'none', 'allow-private': 'true' },
    targets: `${server.url}/a?token=${encodeURIComponent(SECRETS.query)}\n${server.url}/b`,
    ...{ budget: '1m', attempts: '2' },
  });
  expect(result.outputs.alive, result.log).toBe('1');
  expectLines(
    await readDebugLog('proxy-retest', result),
    /^selection: /,
    /^target http:\/\/127\.0\.0\.1:\d+\/a answered directly$/,
    /^endpoint [0-9a-f]{12}: alive in \d+ms$/,
    /^endpoint [0-9a-f]{12}: failed in tcp: /,
  );
});
