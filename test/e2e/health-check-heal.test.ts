import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { respond } from '@repo/testkit/faults/answers';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { closedPort } from '@repo/testkit/faults/unreachable';
import { BAD_GATEWAY, type Fault, rateLimited } from '@repo/testkit/github/faults';
import {
  type LocalGitHub,
  type LocalGitHubOptions,
  startLocalGitHub,
} from '@repo/testkit/github/local-github';
import { everythingWritten } from '@repo/testkit/runner/everything-written';
import { type RunResult, runAction } from '@repo/testkit/runner/run-action';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { inputsOf, readmeYaml, replaceValues } from '../real/readme-example.ts';

// Each outage is several runs of the bundle, each a process.
vi.setConfig({ testTimeout: 120_000 });

const action = fileURLToPath(new URL('../../actions/health-check', import.meta.url));
const HOUR = 3_600_000;
/** IDs of the workflow that runs the checks, and of the one that repairs. */
const MONITOR = 8;
const DEPLOY = 7;

const workflow = { 'on-unhealthy-workflow': 'deploy.yml' };
const incident = { 'incident-issue': 'true' };

let github: LocalGitHub;
let target: Awaited<ReturnType<typeof startHttpServer>>;
let isHealthy: boolean;

async function startGitHub(options: LocalGitHubOptions = {}) {
  github = await startLocalGitHub(options);
  github.state.workflows.push(
    { id: DEPLOY, file: 'deploy.yml', inputs: { version: {}, reason: {} } },
    { id: MONITOR, file: 'monitor.yml', inputs: undefined },
  );
}

beforeEach(async () => {
  isHealthy = false;
  target = await startHttpServer({
    script: (exchange) => (isHealthy ? respond(200) : respond(503))(exchange),
  });
  await startGitHub();
});
afterEach(async () => {
  await target[Symbol.asyncDispose]();
  await github[Symbol.asyncDispose]();
});

/** Runs the action as a run of the monitor workflow on GitHub, with the conclusion of the step. */
async function monitor(inputs: Readonly<Record<string, string>>): Promise<RunResult> {
  const { state } = github;
  const run = {
    id: state.nextId(),
    workflow: MONITOR,
    event: 'schedule',
    branch: 'main',
    status: 'in_progress' as 'in_progress' | 'completed',
    conclusion: null as 'success' | 'failure' | null,
    createdAt: state.now(),
    inputs: {},
  };
  state.runs.push(run);
  const result = await runAction({
    action,
    with: { url: target.url, 'max-attempts': '1', ...inputs },
    github: { ...github.context, workflow: 'Monitor', run_id: String(run.id) },
  });
  run.status = 'completed';
  run.conclusion = result.exitCode === 0 ? 'success' : 'failure';
  return result;
}

/** Runs the monitor and returns the self-healing part of its report. */
async function runMonitor(inputs: Readonly<Record<string, string>>) {
  await using result = await monitor(inputs);
  const report = JSON.parse(await readFile(result.outputs['report-file'] ?? '', 'utf8'));
  const titles = result.annotations.map(({ level, title }) => `${level} ${title}`);
  return {
    ...report.result.selfHeal,
    verdict: result.outputs.verdict,
    exitCode: result.exitCode,
    titles,
  };
}

const dispatches = () => github.state.runs.filter(({ workflow: id }) => id === DEPLOY);
const callsTo = (operation: string) =>
  github.calls.filter((call) => call.operation.startsWith(operation));

describe.each([
  ['with an incident issue', { ...workflow, ...incident }],
  ['without an incident issue', workflow],
])('on-unhealthy-workflow %s', (_, inputs) => {
  test('starts once during an outage that spans three runs', async () => {
    const states = [];
    for (let run = 1; run <= 3; run++) {
      states.push((await runMonitor(inputs)).workflow.state);
      github.advance(HOUR);
    }
    expect(states).toEqual(['started', 'already-started', 'already-started']);
    expect(dispatches()).toHaveLength(1);
  });

  test('starts once per outage until the limit is reached, then warns', async () => {
    const states = [];
    for (let outage = 1; outage <= 3; outage++) {
      isHealthy = false;
      states.push((await runMonitor(inputs)).workflow.state);
      github.advance(0.5 * HOUR);
      isHealthy = true;
      await runMonitor(inputs);
      github.advance(0.5 * HOUR);
    }
    expect(states).toEqual(['started', 'started', 'limit-reached']);
    isHealthy = false;
    const last = await runMonitor(inputs);
    expect(last.workflow.reason).toContain('2 per 6h');
    expect(last.titles).toContain('warning Self-heal');
    expect(dispatches()).toHaveLength(2);

    github.advance(6 * HOUR);
    expect((await runMonitor(inputs)).workflow.state).toBe('started');
  });

  test('does not repeat a dispatch whose response was lost', async () => {
    const on = 'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches';
    github.addFault({ on, when: 'after', answer: BAD_GATEWAY });
    expect((await runMonitor(inputs)).workflow).toMatchObject({ state: 'started' });
    expect((await runMonitor(inputs)).workflow.state).toBe('already-started');
    expect(dispatches()).toHaveLength(1);
  });

  test('passes the inputs and the branch of the run', async () => {
    const result = await runMonitor({
      ...inputs,
      'on-unhealthy-inputs': 'version=1.4=x\nreason=down',
    });
    expect(result.workflow.url).toMatch(/\/actions\/runs\/\d+$/);
    expect(dispatches()).toMatchObject([
      { event: 'workflow_dispatch', branch: 'main', inputs: { version: '1.4=x', reason: 'down' } },
    ]);
  });

  test('healthy and unknown start nothing', async () => {
    isHealthy = true;
    expect((await runMonitor(inputs)).workflow).toBeUndefined();
    const unknown = await runMonitor({ ...inputs, url: 'http://169.254.169.254/' });
    expect(unknown.verdict).toBe('unknown');
    expect(dispatches()).toEqual([]);
    expect(github.state.issues).toEqual([]);
  });
});

describe('the incident', () => {
  test('is one issue: opened, updated, and closed at recovery with the downtime', async () => {
    expect(await runMonitor(incident)).toMatchObject({ incident: { state: 'opened', number: 1 } });
    github.advance(HOUR);
    expect(await runMonitor(incident)).toMatchObject({ incident: { state: 'updated', number: 1 } });
    github.advance(1.25 * HOUR);
    isHealthy = true;
    const recovered = await runMonitor(incident);
    expect(recovered.incident).toMatchObject({ state: 'closed', number: 1 });
    expect(recovered.incident.downtimeMs / HOUR).toBeCloseTo(2.25, 1);

    const [issue, ...others] = github.state.issues;
    expect(others).toEqual([]);
    expect(issue).toMatchObject({
      state: 'closed',
      stateReason: 'completed',
      labels: ['health-check-incident'],
      title: `Unhealthy: ${target.url}/`,
    });
    expect(issue?.body).toContain('Recovered after 2h 15m');
    expect(github.state.comments.map(({ body }) => body)).toEqual([
      expect.stringContaining('Recovered after 2h 15m'),
    ]);

    await runMonitor(incident);
    expect(github.state.comments).toHaveLength(1);
    isHealthy = false;
    await runMonitor(incident);
    expect(github.state.issues.map(({ state }) => state)).toEqual(['closed', 'open']);
  });

  test('shows the failed check, the started workflow and the run', async () => {
    await using result = await monitor({ ...workflow, ...incident });
    const [issue] = github.state.issues;
    expect(issue?.body).toContain('status 503');
    expect(issue?.body).toMatch(/Self-heal: deploy\\?\.yml was started \(\[run\]\(http/);
    expect(issue?.body).toMatch(/\[Monitor\]\(http:.*\/actions\/runs\/\d+\)/);
    expect(result.summary).toMatch(/Incident \[.*1.*\]\(.*\/issues\/1\) was opened/);
  });

  test('concurrent runs open one issue and start the workflow once', async () => {
    await Promise.all(Array.from({ length: 4 }, () => runMonitor({ ...workflow, ...incident })));
    const open = github.state.issues.filter(({ state }) => state === 'open');
    expect(open).toHaveLength(1);
    expect(dispatches()).toHaveLength(1);
  });

  test('a lost response does not cause a second issue', async () => {
    const on = 'POST /repos/{owner}/{repo}/issues';
    github.addFault({ on, when: 'after', answer: 'reset' });
    expect((await runMonitor(incident)).problems).toEqual([]);
    expect(github.state.issues).toHaveLength(1);
  });

  test('different checks of the same job have separate issues', async () => {
    await runMonitor(incident);
    await runMonitor({ ...incident, url: `${target.url}/other` });
    expect(github.state.issues).toHaveLength(2);
    isHealthy = true;
    await runMonitor(incident);
    expect(github.state.issues.map(({ state }) => state)).toEqual(['closed', 'open']);
  });

  test('ignores an unlabelled issue with a copied marker', async () => {
    await runMonitor(incident);
    const [issue] = github.state.issues;
    if (issue === undefined) throw new Error('no issue');
    issue.labels = [];
    await runMonitor(incident);
    expect(github.state.issues).toHaveLength(2);
  });

  test('untrusted text creates no mention, no link and no hidden comment', async () => {
    const port = await closedPort();
    const checks = `
      - name: "@octocat <!-- #12 --> | x"
        http: {url: "http://127.0.0.1:${port}/"}
        max-attempts: 1`;
    await runMonitor({ ...incident, url: '', checks });
    const [issue] = github.state.issues;
    // GitHub does not interpret code.
    const visible = issue?.body
      .split('\n')
      .slice(1)
      .join('\n')
      .replace(/<code>.*?<\/code>/g, '');
    expect(visible).not.toMatch(/@octocat|<!--|#12/);
    expect(issue?.title).not.toMatch(/@octocat|#12/);
  });
});

describe('failed GitHub requests', () => {
  const problem = (fault: Fault) => {
    github.addFault(fault);
    return runMonitor({ ...workflow, ...incident });
  };

  test('name the missing permission and keep the verdict', async () => {
    await github[Symbol.asyncDispose]();
    await startGitHub({ permissions: { contents: 'read' } });
    const result = await runMonitor({ ...workflow, ...incident });
    expect(result).toMatchObject({ verdict: 'fail', exitCode: 1 });
    expect(result.problems).toEqual([
      expect.stringContaining('Give the job permissions: issues: write.'),
      expect.stringContaining('Give the job permissions: actions: write.'),
    ]);
    expect(result.titles.filter((title: string) => title === 'warning Self-heal')).toHaveLength(2);
  });

  test('do not stop the steps that have their permission', async () => {
    await github[Symbol.asyncDispose]();
    await startGitHub({ permissions: { actions: 'write' } });
    const result = await runMonitor({ ...workflow, ...incident });
    expect(result.workflow.state).toBe('started');
    expect(result.problems).toEqual([expect.stringContaining('issues: write')]);
    expect(github.state.issues).toEqual([]);
    expect((await runMonitor({ ...workflow, ...incident })).workflow.state).toBe('already-started');
  });

  test('keep a healthy verdict', async () => {
    isHealthy = true;
    const answer = { status: 500, body: { message: 'broken' } };
    const result = await problem({ times: 99, answer });
    expect(result).toMatchObject({ verdict: 'pass', exitCode: 0 });
    expect(result.problems).toEqual([
      expect.stringMatching(/Cannot close the incident: .*500: broken/),
    ]);
  });

  test('wait for a short rate limit', async () => {
    const result = await problem({ answer: rateLimited(1) });
    expect(result.problems).toEqual([]);
    expect(result.workflow.state).toBe('started');
  });

  test('report a long rate limit with its end', async () => {
    const result = await problem({ times: 99, answer: rateLimited(900) });
    expect(result.problems[0]).toMatch(/rate limit. It resets in 15m/);
    expect(dispatches()).toEqual([]);
  });

  test.each([
    [
      'report a missing workflow',
      { 'on-unhealthy-workflow': 'gone.yml' },
      /404: Not Found.*Check that it exists/,
    ],
    [
      'report a workflow without the trigger',
      { 'on-unhealthy-workflow': 'monitor.yml' },
      /does not have 'workflow_dispatch' trigger/,
    ],
    [
      'report an unknown input',
      { 'on-unhealthy-inputs': 'verison=1' },
      /Unexpected inputs provided: \["verison"\]/,
    ],
    [
      'report a missing branch',
      { 'on-unhealthy-workflow': 'deploy.yml@gone' },
      /No ref found for: gone/,
    ],
  ])('%s', async (_, inputs, message) => {
    const result = await runMonitor({ ...workflow, ...incident, ...inputs });
    expect(result.problems).toEqual([expect.stringMatching(message)]);
    expect(result.verdict).toBe('fail');
    expect(dispatches()).toEqual([]);
  });

  test('report an unreachable API', async () => {
    await using result = await runAction({
      action,
      with: { url: target.url, 'max-attempts': '1', ...workflow },
      github: { api_url: `http://127.0.0.1:${await closedPort()}` },
    });
    expect(result.outputs.verdict).toBe('fail');
    expect(result.annotations).toContainEqual(
      expect.objectContaining({
        level: 'warning',
        message: expect.stringMatching(/ECONNREFUSED.*GITHUB_API_URL/),
      }),
    );
  });
});

test('the monitor workflow of the README works with its permissions', async () => {
  const { on, permissions, jobs } = parse(await readmeYaml('monitor'));
  expect(on.schedule).toEqual([{ cron: '0 * * * *' }]);
  await github[Symbol.asyncDispose]();
  await startGitHub({ permissions });
  const [check, upload] = jobs.check.steps;
  expect(upload.with['retention-days']).toBe(30);
  const inputs = replaceValues(inputsOf(check), {
    'https://shop.example': target.url,
    '5m': '100ms',
  });
  await using result = await monitor(inputs);
  expect(result.outputs.status).toBe('unhealthy');
  expect(result.annotations.filter(({ level }) => level === 'warning')).toEqual([]);
  expect(dispatches()).toMatchObject([{ inputs: { reason: 'unhealthy' } }]);
  expect(github.state.issues).toMatchObject([{ state: 'open' }]);
  const reports = ['health.json', 'junit.xml'].map((name) =>
    join(result.workspace, upload.with.path, name),
  );
  expect(result.files).toEqual(expect.arrayContaining(reports));

  isHealthy = true;
  await using recovered = await monitor(inputs);
  expect(recovered.outputs.status).toBe('healthy');
  expect(github.state.issues).toMatchObject([{ state: 'closed' }]);
});

test('on GitHub Enterprise Server, uses only supported parameters', async () => {
  await github[Symbol.asyncDispose]();
  await startGitHub({ enterprise: true });
  expect((await runMonitor(workflow)).workflow).toEqual({ state: 'started', name: 'deploy.yml' });
  const [dispatch] = callsTo('POST');
  expect(dispatch?.body).not.toHaveProperty('return_run_details');
});

test('secrets appear neither in files nor in issues', async () => {
  const SECRET = 'hunter2-s3cret-value';
  await using result = await monitor({
    ...workflow,
    ...incident,
    url: '',
    checks: `
      - name: "api of ${SECRET}"
        http: {url: "${target.url.replace('//', `//user:${SECRET}@`)}/"}
        max-attempts: 1`,
    'bearer-token': '',
  });
  const token = github.context.token ?? '';
  expect(result.outputs.verdict).toBe('fail');
  for (const secret of [SECRET, token]) {
    expect(everythingWritten(result)).not.toContain(secret);
    expect(JSON.stringify(github.calls.map(({ body }) => body))).not.toContain(secret);
  }
  expect(github.state.issues[0]?.body).toContain('***');
});

test('sends no GitHub request when there is nothing to do', async () => {
  await runMonitor({});
  isHealthy = true;
  await runMonitor(workflow);
  expect(github.calls).toEqual([]);
});

test('rejects inputs without a workflow and an invalid limit', async () => {
  await using result = await monitor({ 'on-unhealthy-inputs': 'a=b', 'heal-limit': 'twice' });
  expect(result.log).toContain('limit: "twice" is not a number per time window. Write a number');
  expect(result.log).toContain('on-unhealthy-inputs: requires on-unhealthy-workflow');
});
