import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runConfigured } from '@repo/checks/testing/run-configured';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { log } from './log.ts';

const samples = fileURLToPath(new URL('../../../../test/fixtures/logs', import.meta.url));
let workspace = '';
beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'log-'));
});
afterAll(() => rm(workspace, { recursive: true }));

function look(options: object, expect?: readonly string[], folder = workspace) {
  return runConfigured(log, options, { machine: { workspace: folder }, ...(expect && { expect }) });
}

test('a log without a complete line in its last part is unknown', async () => {
  await writeFile(join(workspace, 'endless.log'), `ERROR ${'x'.repeat(17 * 2 ** 20)}`);
  expect(await look({ file: 'endless.log' })).toMatchObject({
    state: 'unknown',
    reason: 'endless.log has no complete line in its last 16.8MB',
  });
});

describe('errors of a log', () => {
  test('are compared with a limit; the default is none', async () => {
    const file = 'python-basic.log';
    expect(await look({ file }, undefined, samples)).toMatchObject({
      state: 'unhealthy',
      reason: 'errors == 0: errors was 3',
    });
    expect(await look({ file }, ['errors <= 10'], samples)).toMatchObject({ state: 'healthy' });
    await writeFile(join(workspace, 'quiet.log'), 'INFO:root:no ERROR here\n');
    expect(await look({ file: 'quiet.log' })).toMatchObject({ state: 'healthy' });
  });

  test('all documented variables work', async () => {
    const { reason, state } = await look(
      { file: 'flask.log' },
      [
        'lines == 55',
        "levels['ERROR'] == 2",
        'errors == 2',
        'warnings == 0',
        "categories['exception'] == 2",
        "categories['database'] == 0",
        'unmatched == 3',
        'requests.total == 14',
        "requests.byMethod['GET'] == 11",
        "requests.byStatus['500'] == 2",
        "requests.byStatusClass['5xx'] < 5",
        "requests.topPaths[0].path == '/'",
        "requests.topPaths.exists(p, p.path == '/boom' && p.count == 2)",
        'requests.clients == 1',
      ],
      samples,
    );
    expect(reason).toBe('');
    expect(state).toBe('healthy');
    const file = 'nginx-timed.log';
    const times = [
      "requests.latency.p95 < duration('25ms')",
      "requests.latency.max > duration('53ms')",
    ];
    expect(await look({ file }, times, samples)).toMatchObject({ state: 'healthy' });
  });

  test('are evidence, newest first, with secrets removed', async () => {
    const { evidence } = await look({ file: 'python-logging.log' }, undefined, samples);
    expect(evidence[0]?.title).toBe('latest errors, newest first');
    expect(evidence[0]?.lines.slice(0, 2)).toEqual([
      'Traceback (most recent call last): … RuntimeError: ERROR: out of luck',
      expect.stringMatching(/ERROR - group failed/),
    ]);
    await writeFile(
      join(workspace, 'secret.log'),
      'ERROR ::error::x cannot open postgres://app:hidden-1@db/x\nERROR password=hidden-2\n',
    );
    const shown = JSON.stringify((await look({ file: 'secret.log' })).evidence);
    expect(shown).toContain('postgres://***@db/x');
    expect(shown).not.toContain('hidden');
  });

  test('a healthy log has an overview', async () => {
    const { evidence } = await look({ file: 'nginx-access.log' }, undefined, samples);
    expect(evidence).toEqual([
      {
        title: 'log of 25 lines',
        lines: [
          'errors: 0, warnings: 0, unmatched lines: 0',
          'requests: 25 (GET 19, HEAD 1, POST 1, PUT 1, DELETE 1; 200 10, 206 1, 301 1, 400 3, 403 1, 404 3, 405 2, 500 1, 502 2, 503 1), clients: 4',
          expect.stringMatching(/^9 × \/$/),
          ...Array.from({ length: 9 }, () => expect.stringMatching(/^\d × \//)),
        ],
      },
    ]);
  });
});

describe('the part that is read', () => {
  test('ends with the last line', async () => {
    await writeFile(join(workspace, 'many.log'), 'ERROR a\n'.repeat(2_000));
    expect(await look({ file: 'many.log' }, ['errors == 1000'])).toMatchObject({
      state: 'healthy',
    });
    expect(await look({ file: 'many.log', tail: 5 }, ['lines == 5'])).toMatchObject({
      state: 'healthy',
    });
    expect(await look({ file: 'many.log', tail: 5000 }, ['errors == 2000'])).toMatchObject({
      state: 'healthy',
    });
  });

  test('contains all lines since a time', async () => {
    const at = (ago: number) => new Date(Date.now() - ago).toISOString();
    const path = join(workspace, 'since.log');
    await writeFile(path, `${at(7_200_000)} ERROR old\n`);
    await appendFile(path, `${at(60_000)} ERROR new\n`.repeat(1_500));
    expect(await look({ file: 'since.log', since: '1h' }, ['errors == 1500'])).toMatchObject({
      state: 'healthy',
    });
    expect(await look({ file: 'since.log', since: '10s' })).toMatchObject({ state: 'healthy' });
  });

  test('cannot depend on a time in a log without timestamps', async () => {
    await writeFile(join(workspace, 'timeless.log'), 'ERROR a\n');
    expect(await look({ file: 'timeless.log', since: '1h' })).toMatchObject({
      state: 'impossible',
      reason: 'timeless.log has no timestamps, which since requires',
    });
    await writeFile(join(workspace, 'empty.log'), '');
    expect(await look({ file: 'empty.log', since: '1h' })).toMatchObject({ state: 'healthy' });
  });
});

test('a missing log is unknown', async () => {
  expect(await look({ file: 'missing.log' })).toMatchObject({
    state: 'unknown',
    reason: 'missing.log does not exist (ENOENT)',
  });
  expect(await look({ file: '.' })).toMatchObject({ state: 'unknown', reason: '. is not a file' });
});

test('a missing daemon is unknown', async () => {
  const host = `unix://${workspace}/docker.sock`;
  const { state, reason } = await look({ container: 'tailpaste', host });
  expect(state).toBe('unknown');
  expect(reason).toContain('docker.sock');
});

test.each([
  [{}, /has neither file nor container/],
  [{ file: 'a', container: 'b' }, /has both file and container/],
  [{ file: 'a', host: 'unix:///x' }, /has a host but no container/],
  [{ file: 'a', tail: 0 }, /out of range/],
  [{ file: 'a', since: '5' }, /has no unit/],
  [{ file: 'a', lines: 5 }, /lines|tail/],
])('rejects %j', async (options, message) => {
  await expect(look(options)).rejects.toThrow(message);
});
