import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { respond } from '@repo/testkit/faults/answers';
import { hostileText } from '@repo/testkit/faults/hostile-text';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { startLocalGitHub } from '@repo/testkit/github/local-github';
import { everythingWritten } from '@repo/testkit/runner/everything-written';
import { runAction } from '@repo/testkit/runner/run-action';
import { describe, expect, test } from 'vitest';
import { readmeExample, replaceValues } from '../real/readme-example.ts';

const action = fileURLToPath(new URL('../../actions/health-check', import.meta.url));
const files = {
  'report-junit': 'out/junit.xml',
  'report-prometheus': 'out/health.prom',
  'badge-file': 'out/badge.json',
};
const read = (workspace: string, name: string) => readFile(join(workspace, 'out', name), 'utf8');

test('writes each requested report file besides the summary and the JSON report', async () => {
  await using healthy = await startHttpServer({ script: respond(200) });
  await using unhealthy = await startHttpServer({ script: hostileText(500) });
  await using result = await runAction({
    action,
    with: {
      ...files,
      'report-file': 'out/report.json',
      'max-attempts': '1',
      url: `${healthy.url}\n${unhealthy.url}\nhttp://169.254.169.254/`,
    },
  });
  const { workspace } = result;
  expect(result.outputs['report-file']).toBe(join(workspace, 'out/report.json'));
  const report = JSON.parse(await read(workspace, 'report.json'));
  expect(report.result.checks).toHaveLength(3);

  const junit = await read(workspace, 'junit.xml');
  expect(junit).toMatch(/<testsuites name="health-check" tests="3" failures="1" errors="1"/);
  expect(junit.match(/<(testcase|failure|error)\b/g)).toEqual(
    ['testcase', 'testcase', 'failure', 'testcase', 'error'].map((name) => `<${name}`),
  );
  expect(junit).not.toMatch(/<script|@mention\b(?<!&#64;mention)/);

  const metrics = await read(workspace, 'health.prom');
  expect(metrics.match(/^health_check_up\{.*\} [01]$/gm)?.map((line) => line.at(-1))).toEqual([
    '1',
    '0',
    '0',
  ]);
  expect(JSON.parse(await read(workspace, 'badge.json'))).toMatchObject({
    schemaVersion: 1,
    message: '1 of 3 unhealthy',
    color: 'red',
  });
  expect(result.summary).toContain('health-check: unhealthy');
});

test('writes no report file that is not requested', async () => {
  await using server = await startHttpServer({ script: respond(200) });
  await using result = await runAction({ action, with: { url: server.url } });
  const written = result.files.filter((file) => !file.startsWith(join(result.temp, '_')));
  expect(written.filter((file) => /\.(xml|prom|json)$/.test(file))).toEqual([
    result.outputs['report-file'],
  ]);
});

test('a file that cannot be written fails the step with its path; the outputs are set', async () => {
  await using server = await startHttpServer({ script: respond(200) });
  await using result = await runAction({
    action,
    with: { url: server.url, 'report-file': 'taken', 'report-junit': 'taken/junit.xml' },
  });
  expect(result.exitCode).toBe(1);
  expect(result.outputs.verdict).toBe('pass');
  expect(result.log).toMatch(/cannot write .*taken\/junit\.xml/);
});

test('report files contain no secrets in any encoding', async () => {
  const SECRET = `hunter2-&"<'\\s3cret`;
  await using server = await startHttpServer({ script: respond(500, { body: `key ${SECRET}` }) });
  await using result = await runAction({
    action,
    with: {
      ...files,
      url: `${server.url}/?token=${encodeURIComponent(SECRET)}`,
      'bearer-token': SECRET,
      'expect-body': SECRET,
      'max-attempts': '1',
    },
  });
  expect(result.outputs.verdict).toBe('fail');
  expect(await read(result.workspace, 'junit.xml')).toContain('key &#42;&#42;&#42;');
  expect(everythingWritten(result)).not.toMatch(/hunter2|s3cret/);
});

test('the README example for metrics and a badge works', async () => {
  await using server = await startHttpServer({ script: respond(200) });
  const inputs = replaceValues(await readmeExample('reports'), {
    'https://shop.example': server.url,
    '/var/lib/node_exporter': 'out',
    public: 'out',
  });
  await using result = await runAction({ action, with: inputs });
  expect(await read(result.workspace, 'health.prom')).toContain('health_check_up{');
  expect(JSON.parse(await read(result.workspace, 'health.json'))).toMatchObject({
    message: 'healthy',
  });
});

describe('metrics of the workflow', () => {
  test('are included with permission to read runs', async () => {
    await using github = await startLocalGitHub({ permissions: { actions: 'read' } });
    await using server = await startHttpServer({ script: respond(200) });
    const { state } = github;
    state.workflows.push({ id: 8, file: 'monitor.yml', inputs: undefined });
    const run = { workflow: 8, event: 'schedule', branch: 'main', inputs: {} };
    for (const conclusion of ['success', 'failure', 'cancelled', 'success', 'success'] as const) {
      state.runs.push({
        ...run,
        id: state.nextId(),
        status: 'completed',
        conclusion,
        createdAt: 0,
      });
    }
    const id = state.nextId();
    state.runs.push({
      ...run,
      id,
      status: 'in_progress',
      conclusion: null,
      createdAt: state.now(),
    });
    github.advance(61_000);
    await using result = await runAction({
      action,
      with: { url: server.url, ...files },
      github: { ...github.context, workflow: 'CI/CD Pipeline', run_id: String(id) },
    });
    const metrics = await read(result.workspace, 'health.prom');
    expect(metrics).toContain('\ngithub_workflow_success_rate{workflow="CI/CD Pipeline"} 0.75\n');
    const [, seconds] =
      /^github_workflow_duration_seconds\{workflow="CI\/CD Pipeline"\} (\S+)$/m.exec(metrics) ?? [];
    expect(Number(seconds)).toBeGreaterThan(59);
    expect(Number(seconds)).toBeLessThan(120);
  });

  test('are omitted without permission, with a log message', async () => {
    await using github = await startLocalGitHub({ permissions: {} });
    await using server = await startHttpServer({ script: respond(200) });
    await using result = await runAction({
      action,
      with: { url: server.url, ...files },
      github: github.context,
    });
    expect(result.exitCode).toBe(0);
    expect(await read(result.workspace, 'health.prom')).not.toContain('github_workflow');
    expect(result.log).toMatch(/Metrics of the workflow are omitted: .*403/);
    expect(result.annotations).toEqual([]);
  });
});
