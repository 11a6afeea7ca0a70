import { json, respond } from '@repo/testkit/faults/answers';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { byPath } from '@repo/testkit/faults/script';
import { startLocalGitHub } from '@repo/testkit/github/local-github';
import { describe, expect, test } from 'vitest';
import { act, startRunner } from './act.ts';

const CALLER = `
on: {schedule: [{cron: '17 * * * *'}], workflow_dispatch: {}}
permissions: {}
jobs:
  monitor:
    permissions: {contents: read, actions: write, issues: write}
    uses: org/actions/.github/workflows/health-monitor.yml@v1
    with:
      config: .github/health.yml
      on-unhealthy-workflow: deploy.yml
      deadline: 2s
`;

describe.skipIf(act.path === undefined)(`the health monitor ${act.needs}`, () => {
  test('a healthy service passes with a report; an unhealthy one gets a repair and one issue', async () => {
    await using server = await startHttpServer({
      script: byPath({ '/good': json({ status: 'ok' }), '/bad': respond(503) }),
    });
    await using github = await startLocalGitHub({ repository: 'octo-org/octo-repo' });
    github.state.workflows.push({ id: 7, file: 'deploy.yml', inputs: {} });
    const env = { GITHUB_API_URL: github.apiUrl };
    const checks = (path: string) =>
      `checks: [{name: shop, http: {url: '${server.url}${path}'}, max-attempts: 1}]`;

    await using good = await startRunner({
      '.github/workflows/monitor.yml': CALLER,
      '.github/health.yml': checks('/good'),
    });
    const healthy = await good.run({ workflow: 'monitor.yml', env });
    expect(healthy.succeeded, healthy.log).toBe(true);
    expect(healthy.outputs.verdict).toBe('pass');
    expect(healthy.artifacts).toEqual({ 'health-report': ['health-check.json'] });
    expect(github.state.issues).toEqual([]);

    await using bad = await startRunner({
      '.github/workflows/monitor.yml': CALLER,
      '.github/health.yml': checks('/bad'),
    });
    const unhealthy = await bad.run({ workflow: 'monitor.yml', env });
    expect(unhealthy.succeeded, unhealthy.log).toBe(false);
    expect(unhealthy.outputs.verdict).toBe('fail');
    expect(unhealthy.artifacts).toEqual({ 'health-report': ['health-check.json'] });
    expect(github.state.runs.map(({ event }) => event)).toEqual(['workflow_dispatch']);
    expect(github.state.issues).toMatchObject([{ state: 'open' }]);
  });

  test('two monitors in one workflow have separate reports', async () => {
    await using server = await startHttpServer({ script: json({ status: 'ok' }) });
    await using github = await startLocalGitHub({ repository: 'octo-org/octo-repo' });
    const job = (name: string, inputs: string) => `
  ${name}:
    permissions: {contents: read, actions: write, issues: write}
    uses: org/actions/.github/workflows/health-monitor.yml@v1
    with: {url: '${server.url}/${name}', deadline: 2s${inputs}}`;
    await using runner = await startRunner({
      '.github/workflows/monitor.yml': `
on: workflow_dispatch
permissions: {}
jobs:${job('shop', '')}${job('blog', ', artifact: health-of-blog')}
`,
    });
    const both = await runner.run({
      workflow: 'monitor.yml',
      env: { GITHUB_API_URL: github.apiUrl },
    });
    expect(both.succeeded, both.log).toBe(true);
    expect(both.artifacts).toEqual({
      'health-report': ['health-check.json'],
      'health-of-blog': ['health-check.json'],
    });
  });
});
