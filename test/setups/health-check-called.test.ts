import { json, respond } from '@repo/testkit/faults/answers';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { startLocalGitHub } from '@repo/testkit/github/local-github';
import { expect } from 'vitest';
import { act, startRunner } from '../workflows/act.ts';
import { cell, knownDefect } from './cell.ts';

const caller = (inputs: string, secrets = '') => `
on: {workflow_dispatch: {}}
permissions: {}
jobs:
  monitor:
    permissions: {contents: read, actions: write, issues: write}
    uses: org/actions/.github/workflows/health-monitor.yml@v1
    with: {deadline: 2s, on-unhealthy-workflow: deploy.yml${inputs}}
${secrets}`;

/** Runs the caller once per status of a page that needs a token. */
async function monitorWithToken(files: Readonly<Record<string, string>>) {
  await using server = await startHttpServer({
    script: (exchange) =>
      exchange.request.headers.authorization === 'Bearer t0ken-of-page'
        ? json({ status: 'ok' })(exchange)
        : respond(401)(exchange),
  });
  await using github = await startLocalGitHub({ repository: 'octo-org/octo-repo' });
  github.state.workflows.push({ id: 7, file: 'deploy.yml', inputs: {} });
  await using runner = await startRunner(
    Object.fromEntries(
      Object.entries(files).map(([path, text]) => [path, text.replaceAll('<page>', server.url)]),
    ),
  );
  const run = (token: string) =>
    runner.run({
      workflow: 'monitor.yml',
      secrets: { PAGE_TOKEN: token },
      env: { GITHUB_API_URL: github.apiUrl },
    });
  const good = await run('t0ken-of-page');
  const deploys = github.state.runs.length;
  const bad = await run('wr0ng-token');
  return { good, deploys, bad, issues: github.state.issues };
}

cell(
  'called',
  'checks a page with a named secret, without secrets: inherit',
  async () => {
    const { good, deploys, bad, issues } = await monitorWithToken({
      '.github/workflows/monitor.yml': caller(
        ", url: '<page>'",
        '    secrets: {bearer-token: "${{ secrets.PAGE_TOKEN }}"}',
      ),
    });
    expect(good.succeeded, good.log).toBe(true);
    expect(deploys).toBe(0);
    expect(bad.succeeded, bad.log).toBe(false);
    expect(issues).toMatchObject([{ state: 'open' }]);
    expect(good.log + bad.log).not.toMatch(/t0ken-of-page|wr0ng-token/);
  },
  { possible: act.path !== undefined, timeoutMs: 120_000 },
);

knownDefect(
  'called',
  'starts no deploy for a page whose secret is named in the file of checks',
  'a file of checks sends the literal text of ${{ secrets.X }}',
  async () => {
    const token = '"Bearer ${{ secrets.PAGE_TOKEN }}"';
    const { deploys } = await monitorWithToken({
      '.github/workflows/monitor.yml': caller(', config: health.yml'),
      'health.yml': `[{name: page, http: {url: '<page>', headers: {Authorization: ${token}}}}]`,
    });
    expect(deploys).toBe(0);
  },
  { possible: act.path !== undefined, timeoutMs: 120_000 },
);
