import { execFileSync } from 'node:child_process';
import { respond } from '@repo/testkit/faults/answers';
import { type HttpServer, startHttpServer } from '@repo/testkit/faults/http-server';
import { type LocalGitHub, startLocalGitHub } from '@repo/testkit/github/local-github';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listText, record, startTestbed } from '../e2e/proxy/testbed.ts';
import { act, type Runner, startRunner, workflowFile } from './act.ts';

const WORKFLOWS = 'examples/configstream/.github/workflows';

/** Replaces the aggregator: the repository contains its results. */
const PIPELINE = '#!/bin/bash\nset -eu\nmkdir -p output\ncp found/* output/\n';

const createResults = (proxies: number, successRate: number) => ({
  'found/proxies.json': JSON.stringify(Array.from({ length: proxies }, () => ({ latency: 1 }))),
  'found/metadata.json': JSON.stringify({
    cache_bust: proxies * 7,
    stats: { success_rate: successRate, average_latency_ms: 900, total_working: 100 },
  }),
});

describe.skipIf(act.path === undefined)(`ConfigStream ${act.needs}`, () => {
  let runner: Runner;
  let pages: HttpServer;
  let github: LocalGitHub;

  beforeEach(async () => {
    runner = await startRunner(
      { 'index.html': 'list', 'output/proxies.json': '[1]', ...toPublished(createResults(3, 95)) },
      {
        '.github/workflows/pipeline.yml': await workflowFile(`${WORKFLOWS}/pipeline.yml`),
        '.github/workflows/retest.yml': await workflowFile(`${WORKFLOWS}/retest.yml`),
        'pipeline.sh': PIPELINE,
        ...createResults(4, 94),
      },
    );
    runner.git('push', '--quiet', 'origin', 'HEAD~1:refs/heads/live');
    pages = await startHttpServer({
      script: ({ request, response }) => {
        const file = show(runner.remote, `live:${request.path.slice(1)}`);
        response.writeHead(file === undefined ? 404 : 200).end(file);
      },
    });
    github = await startLocalGitHub({ repository: 'octo-org/octo-repo', bare: runner.remote });
  });
  afterEach(async () => {
    await pages[Symbol.asyncDispose]();
    await github[Symbol.asyncDispose]();
    await runner[Symbol.asyncDispose]();
  });

  const pipeline = () =>
    runner.run({
      workflow: 'pipeline.yml',
      env: { GITHUB_API_URL: github.apiUrl, GITHUB_SERVER_URL: github.context.server_url ?? '' },
      variables: { PAGE_URL: pages.url, PAGE_DEADLINE: '3s' },
    });
  const published = () => JSON.parse(show(runner.remote, 'live:output/proxies.json') ?? '').length;

  test('publishes a good list, rolls back an empty one, and does not publish a worse one', async () => {
    const good = await pipeline();
    expect(good.succeeded, good.log).toBe(true);
    expect(published()).toBe(4);

    await runner.commit(createResults(5, 94));
    const second = await pipeline();
    expect(second.succeeded, second.log).toBe(true);

    await runner.commit(createResults(0, 94));
    const empty = await pipeline();
    expect(empty.succeeded, empty.log).toBe(false);
    expect(empty.outputs.result, empty.log).toBe('rolled-back');
    expect(published()).toBe(5);
    expect(github.state.issues).toHaveLength(1);

    await runner.commit(createResults(6, 60));
    const worse = await pipeline();
    expect(worse.succeeded, worse.log).toBe(false);
    expect(worse.log).toMatch(/stats\.success_rate/);
    expect(published()).toBe(5);
  });

  test('retests the list between two runs and finds a recovered proxy', async () => {
    await using world = await startTestbed();
    await using one = await startHttpServer({ script: respond(204) });
    await using other = await startHttpServer({ script: respond(204) });
    const proxy = await world.proxy({ protocol: 'http' });
    const text = await workflowFile(`${WORKFLOWS}/retest.yml`);
    // The test connects only to this machine.
    const localTargets = `      allow-private: true\n      targets: |\n        ${one.url}/\n        ${other.url}/\n`;
    await runner.commit({
      '.github/workflows/retest.yml': text.replace(/^( {6}shards: 4\n)/m, `$1${localTargets}`),
      'output/proxies.json': listText([
        { ...record(`http://127.0.0.1:${proxy.port}#a`), is_working: false, latency: null },
      ]),
    });
    const run = await runner.run({ workflow: 'retest.yml' });
    expect(run.succeeded, run.log).toBe(true);
    expect(run.outputs).toMatchObject({ revived: '1', alive: '1' });
    expect(show(runner.remote, 'main:output/proxies.json')).toMatch(/"is_working": true/);
  });
});

/** Reads a file from a bare repository. */
function show(remote: string, name: string): string | undefined {
  try {
    return execFileSync('git', ['show', name], { cwd: remote, encoding: 'utf8', stdio: 'pipe' });
  } catch {
    return undefined;
  }
}

/** Moves the results of the pipeline to their published paths. */
function toPublished(files: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(files).map(([path, text]) => [path.replace('found/', 'output/'), text]),
  );
}
