import { chmod, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { everythingWritten } from '@repo/testkit/runner/everything-written';
import { type RunActionOptions, runAction } from '@repo/testkit/runner/run-action';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { readmeExample } from '../real/readme-example.ts';

const action = fileURLToPath(new URL('../../actions/health-check', import.meta.url));
const samples = fileURLToPath(new URL('../fixtures/logs', import.meta.url));
const node = JSON.stringify(process.execPath);

let workspace = '';

beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'health-check-local-'));
  database(join(workspace, 'good.db'));
  database(join(workspace, 'cut.db'));
  await truncate(join(workspace, 'cut.db'), 3 * 4_096);
  await writeFile(join(workspace, 'data.json'), '{"proxies": [1]}');
});
afterAll(() => rm(workspace, { recursive: true }));

function database(path: string): void {
  using made = new DatabaseSync(path);
  made.exec(`CREATE TABLE pastes (id INTEGER PRIMARY KEY, text TEXT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
    INSERT INTO pastes SELECT i, hex(zeroblob(60)) FROM n;`);
}

/** Runs one attempt of the bundle in the workspace of these tests. */
function check(checks: string, options: Partial<RunActionOptions> = {}) {
  return runAction({
    action,
    cwd: workspace,
    trackFiles: false,
    ...options,
    with: { 'max-attempts': '1', checks, ...options.with },
  });
}

interface Result {
  readonly name: string;
  readonly status: string;
  readonly reason: string;
  readonly evidence: readonly { readonly title: string; readonly lines: readonly string[] }[];
}

/** The checks of the JSON report by name. */
async function resultsOf(run: { readonly outputs: Readonly<Record<string, string>> }) {
  const report = JSON.parse(await readFile(run.outputs['report-file'] ?? '', 'utf8'));
  const checks: readonly Result[] = report.result.checks;
  return new Map(checks.map((one) => [one.name, one]));
}

test('each local kind can be healthy', async () => {
  await using result = await check(`
    - name: sqlite
      sqlite: {path: good.db, query: select count(*) as total from pastes}
      expect: [integrity == 'ok', size < 500000000, row.total == 500]
    - {name: whole, sqlite: {path: good.db}}
    - {name: quick, sqlite: {path: good.db, quick: true}}
    - name: disk
      disk: {}
      expect: [usedPercent < 100.1, free > 0, total > free]
    - name: file
      file: {path: data.json}
      expect: [exists, age < duration('1h'), size == 16, json.proxies.size() == 1]
    - {name: there, file: {path: .}}
    - name: log
      log: {file: ${samples}/flask.log, tail: 5000}
      expect:
        - errors <= 10
        - requests.byStatusClass['5xx'] < 5
        - levels['ERROR'] == 2 && unmatched == 3 && requests.clients == 1
    - {name: no errors, log: {file: "${samples}/nginx-access.log"}}
    - name: exec
      exec: {command: [${node}, -p, "'o' + 'k'"]}
      expect: [exitCode == 0, stdout == 'ok', stderr == '']
    - {name: line, exec: {command: '${node} -e ""'}}`);
  expect(result.outputs.message).toBe('All 10 checks are healthy');
  expect(result.exitCode).toBe(0);
  // The summary also shows the counts of a healthy log.
  expect(result.summary).toContain('requests: 14 (GET 11');
});

test('each local kind can be unhealthy, with a reason', async () => {
  await using result = await check(`
    - {name: sqlite, sqlite: {path: cut.db}}
    - name: query
      sqlite: {path: good.db, query: select count(*) as total from missing}
      expect: row.total > 0
    - {name: size, sqlite: {path: good.db}, expect: size < 1000}
    - {name: disk, disk: {path: .}, expect: usedPercent < 0}
    - {name: file, file: {path: gone.json}}
    - {name: log, log: {file: "${samples}/python-logging.log"}, expect: errors <= 10}
    - {name: exec, exec: {command: [${node}, -e, "console.error('because'); process.exit(4)"]}}
    - name: slow
      exec: {command: [${node}, -e, "setInterval(() => {}, 1e6)"]}
      timeout: 300ms`);
  expect(result.exitCode).toBe(1);
  const results = await resultsOf(result);
  const describeResult = (name: string) =>
    `${results.get(name)?.status}: ${results.get(name)?.reason}`;
  expect(describeResult('sqlite')).toMatch(
    /^unhealthy: integrity == 'ok': integrity was ".*malformed/,
  );
  expect(describeResult('query')).toContain('unhealthy: the query failed: no such table: missing');
  expect(describeResult('size')).toMatch(/^unhealthy: size < 1000: size was \d{5}/);
  expect(describeResult('disk')).toMatch(/^unhealthy: usedPercent < 0: usedPercent was \d/);
  expect(describeResult('file')).toContain('unhealthy: exists: exists was false');
  expect(describeResult('log')).toContain('unhealthy: errors <= 10: errors was 13');
  expect(describeResult('exec')).toContain('unhealthy: exit code 4, expected 0');
  expect(describeResult('slow')).toContain('unhealthy: did not exit within 300ms');
  expect(results.get('exec')?.evidence).toEqual([{ title: 'end of stderr', lines: ['because'] }]);
  // Only the errors.
  expect(results.get('log')?.evidence[0]).toMatchObject({
    title: 'latest errors, newest first',
    lines: expect.arrayContaining([expect.stringContaining('RuntimeError: ERROR: out of luck')]),
  });
  expect(result.summary).toContain('latest errors, newest first');
});

describe('a missing subject is unknown', () => {
  const checks = () => `
    - {name: sqlite, sqlite: {path: gone.db}}
    - {name: disk, disk: {path: ./gone}}
    - {name: log, log: {file: gone.log}}
    - {name: since, log: {file: "${samples}/python-basic.log", since: 1h}}
    - {name: exec, exec: {command: no-such-program}}
    - {name: docker, docker: {container: app, host: "unix://${workspace}/no.sock"}}
    - {name: of a container, log: {container: app, host: "unix://${workspace}/no.sock"}}`;

  test('with the reason, and fails the step', async () => {
    await using result = await check(checks());
    expect(result.exitCode).toBe(1);
    expect(result.outputs).toMatchObject({ verdict: 'unknown', healthy: 'false' });
    const results = await resultsOf(result);
    expect(new Set([...results.values()].map(({ status }) => status))).toEqual(
      new Set(['unknown']),
    );
    const reason = (name: string) => results.get(name)?.reason;
    expect(reason('sqlite')).toContain('gone.db does not exist (ENOENT)');
    expect(reason('disk')).toContain('disk of ./gone does not exist (ENOENT)');
    expect(reason('log')).toContain('gone.log does not exist (ENOENT)');
    expect(reason('since')).toContain('has no timestamps, which since requires');
    expect(reason('exec')).toContain('no-such-program is not installed here (ENOENT)');
    expect(reason('docker')).toContain('no.sock');
    expect(reason('of a container')).toContain('no.sock');
  });

  test('and passes the step with fail-on: never', async () => {
    await using result = await check(checks(), { with: { 'fail-on': 'never' } });
    expect(result.exitCode).toBe(0);
    expect(result.outputs.verdict).toBe('unknown');
  });

  test('in a Node.js without SQLite', async () => {
    await using result = await check('[{name: a, sqlite: {path: good.db}}]', {
      env: { NODE_OPTIONS: '--no-experimental-sqlite' },
    });
    expect(result.outputs.status).toBe('unknown');
    expect(result.outputs.message).toContain('does not include SQLite');
  });

  test('as are a locked database and a slow query', async () => {
    const path = join(workspace, 'locked.db');
    database(path);
    using writer = new DatabaseSync(path);
    writer.exec('BEGIN EXCLUSIVE; DELETE FROM pastes');
    await using result = await check(`
      - {name: locked, sqlite: {path: locked.db}, timeout: 2s}
      - name: endless
        sqlite:
          path: good.db
          query: with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) as c from n
        expect: row.c > 0
        timeout: 1s`);
    const results = await resultsOf(result);
    expect(results.get('locked')).toMatchObject({
      status: 'unknown',
      reason: expect.stringContaining('is locked by another process'),
    });
    expect(results.get('endless')).toMatchObject({
      status: 'unknown',
      reason: expect.stringContaining('1s'),
    });
    writer.exec('ROLLBACK');
  });
});

test('reads a database in WAL mode during a write', async () => {
  using writer = new DatabaseSync(join(workspace, 'wal.db'));
  writer.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (i); INSERT INTO t VALUES (1); BEGIN');
  writer.exec('INSERT INTO t VALUES (2)');
  await using result = await check(`
    - name: wal
      sqlite: {path: wal.db, query: select count(*) as rows from t}
      expect: [integrity == 'ok', row.rows == 1]`);
  expect(result.outputs.message).toContain('is healthy');
});

test('a cancel stops a command and its child processes', async () => {
  const child = `setInterval(() => {}, 1e6)`;
  const script = `
    const { spawn } = require('node:child_process');
    const { pid } = spawn(process.execPath, ['-e', '${child}'], { stdio: 'ignore' });
    require('node:fs').writeFileSync('pid', String(pid));
    setInterval(() => {}, 1e6);`;
  await writeFile(join(workspace, 'parent.cjs'), script);
  await using result = await check(
    `
    - {name: started, file: {path: pid}, max-attempts: 1000, interval: 20ms, deadline: 1m}
    - {name: long, exec: {command: [${node}, parent.cjs]}, timeout: 1m}`,
    { cancel: { when: /started: healthy/ } },
  );
  expect(result.outputs.status).toBe('unknown');
  expect(result.outputs.message).toContain('cancelled');
  const pid = Number(await readFile(join(workspace, 'pid'), 'utf8'));
  // A killed process exists until init reaps it.
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), 5_000);
});

test('output of logs and commands cannot print workflow commands or secrets', async () => {
  await writeFile(
    join(workspace, 'secret.log'),
    [
      'ERROR ::error::x postgres://app:s3cr3t-1@db/x',
      'ERROR Authorization: Bearer s3cr3t-2',
      'ERROR ##[error]y password=s3cr3t-3 \u001b[31mred\u001b[0m',
      '192.0.2.1 - - [20/Nov/2026:18:16:48 +0000] "GET /a?token=s3cr3t-4 HTTP/1.1" 200 1 "-" "-"',
    ].join('\n'),
  );
  await writeFile(
    join(workspace, 'talk.cjs'),
    `console.log('::set-env name=X::y token: s3cr3t-5', process.env['INPUT_NOTIFY']);
    process.exitCode = 1;`,
  );
  await using result = await check(
    `
    - {name: log, log: {file: secret.log}}
    - {name: exec, exec: {command: [${node}, talk.cjs, --password=s3cr3t-6]}}`,
    {
      trackFiles: true,
      with: { notify: 'webhook=http://127.0.0.1:1/s3cr3t-7', 'body-excerpt': '4KiB' },
    },
  );
  expect(result.outputs['failed-checks']).toBe('log,exec');
  expect(result.env).toEqual({});
  expect(result.warnings).toEqual([]);
  const written = everythingWritten(result);
  expect(written).not.toContain('s3cr3t');
  // The command does not inherit the inputs.
  expect(written).toContain('token: *** undefined');
  for (const text of [result.stdout, result.stderr]) {
    expect(text).not.toMatch(
      /^\s*::(?!(?:error|warning) title=|group::|endgroup::|debug::|add-mask::)/m,
    );
    expect(text).not.toContain('\u001b[31m');
  }
});

test('reports all invalid options with line and column', async () => {
  await using result = await check(`- {name: a, sqlite: {file: x}}
- {name: b, log: {tail: 5}}
- {name: c, exec: {command: "echo 'open"}}
- {name: d, docker: {container: x, host: nowhere}}
- {name: e, disk: {}, expect: usedPercents < 90}
- {name: f, file: {path: x}, expect: row.a == 1}
- {name: g, steps: [{http: {url: "http://127.0.0.1/"}, capture: {p: body}}, {file: {path: "\${p}"}}]}`);
  expect(result.exitCode).toBe(1);
  const [{ message } = { message: '' }] = result.annotations;
  for (const line of [1, 2, 3, 4, 5, 6, 7]) expect(message).toContain(`checks:${line}:`);
  for (const problem of [
    'has neither file nor container',
    'quote',
    'is not a valid daemon address',
    'usedPercents',
    'uses a captured value',
  ])
    expect(message).toContain(problem);
});

test('the README example of a self-hosted runner works', async () => {
  const folder = await mkdtemp(join(workspace, 'copied-'));
  for (const name of ['storage', 'output', 'logs']) await mkdir(join(folder, name));
  database(join(folder, 'storage/app.db'));
  await writeFile(join(folder, 'output/proxies.json'), '{"proxies": [1]}');
  await writeFile(join(folder, 'logs/app.log'), await readFile(join(samples, 'flask.log'), 'utf8'));
  await writeFile(join(folder, 'self-test.sh'), '#!/bin/sh\necho "$1: all packages are here"\n');
  await chmod(join(folder, 'self-test.sh'), 0o755);
  const { checks = '' } = await readmeExample('machine');
  await using healthy = await check(checks.replace('usedPercent < 90', 'usedPercent < 100'), {
    cwd: folder,
  });
  expect(healthy.outputs['failed-checks']).toBe('');
  expect(healthy.exitCode).toBe(0);

  await rm(join(folder, 'self-test.sh'));
  await writeFile(join(folder, 'logs/app.log'), 'ERROR database is locked\n'.repeat(11));
  await truncate(join(folder, 'storage/app.db'), 3 * 4_096);
  await using unhealthy = await check(checks, { cwd: folder });
  expect(unhealthy.outputs['failed-checks']?.split(',')).toEqual(
    expect.arrayContaining(['database', 'log', 'self-test']),
  );
});
