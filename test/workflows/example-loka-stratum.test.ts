import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { closedPort } from '@repo/testkit/faults/unreachable';
import { startLocalGitHub } from '@repo/testkit/github/local-github';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dockerEngine, startDockerd } from '../real/dockerd.ts';
import { engine, GO_BIN } from '../real/engine.ts';
import { POSTGRES_PASSWORD, postgresEngine, startPostgres } from '../real/postgres.ts';
import { act, startRunner, workflowFile } from './act.ts';

const WORKFLOWS = 'examples/loka-stratum/.github/workflows';

/** Replaces cargo: the repository contains the duration of each benchmark in nanoseconds. */
const CARGO = `#!/usr/bin/env node
const { readFileSync } = require('node:fs');
if (process.argv[2] === 'build') process.exit(0);
const costs = JSON.parse(readFileSync('costs.json', 'utf8'));
for (const [name, ns] of Object.entries(costs)) {
  const now = ns * (1 + (Math.random() - 0.5) / 50);
  const figure = (value) => value.toFixed(3) + ' ns';
  console.log(name.padEnd(24) + 'time:   [' + [now * 0.99, now, now * 1.01].map(figure).join(' ') + ']');
}
`;

describe.skipIf(act.path === undefined)(`Loka Stratum ${act.needs}`, () => {
  let programs: string;
  beforeAll(async () => {
    programs = await mkdtemp(join(tmpdir(), 'programs-'));
    await writeFile(join(programs, 'cargo'), CARGO, { mode: 0o755 });
  });
  afterAll(() => rm(programs, { recursive: true }));

  test('detects a slow commit and measures only pull requests with the label', async () => {
    const costs = (parse: number) =>
      JSON.stringify({
        'share/parse': parse,
        'share/verify': 900,
        'job/notify': 400,
        'counter/add': 5,
      });
    await using runner = await startRunner(
      {
        '.github/workflows/bench.yml': await workflowFile(`${WORKFLOWS}/bench.yml`),
        'costs.json': costs(700),
      },
      { 'README.md': 'a change' },
    );
    const run = (event: string, payload?: object) =>
      runner.run({ workflow: 'bench.yml', event, programs, ...(payload && { payload }) });
    const same = await run('push');
    expect(same.succeeded, same.log).toBe(true);

    await runner.commit({ 'costs.json': costs(1_000) });
    const slow = await run('push');
    expect(slow.succeeded, slow.log).toBe(false);
    expect(slow.outputs.worst, slow.log).toMatch(/share\/parse/);

    const unlabelled = await run('pull_request', { pull_request: { labels: [{ name: 'docs' }] } });
    expect(unlabelled.jobs).toEqual({});
  });
});

const ready = act.path !== undefined && postgresEngine.path !== undefined;

describe.skipIf(!ready)(`the gates of Loka Stratum ${act.needs} ${postgresEngine.needs}`, () => {
  test('compares figures with the last ones of main, and does not measure without the database', async () => {
    await using postgres = await startPostgres(postgresEngine.path ?? '', {
      login: 'scram-sha-256',
    });
    await using runner = await startRunner({
      '.github/workflows/gates.yml': await workflowFile(`${WORKFLOWS}/gates.yml`),
      'measure.sh': '#!/bin/bash\ncat figures.json\n',
      ...createFigures({}),
    });
    await using github = await startLocalGitHub({
      repository: 'octo-org/octo-repo',
      bare: runner.remote,
    });
    const run = (port: number, event = 'push') =>
      runner.run({
        workflow: 'gates.yml',
        event,
        env: { GITHUB_API_URL: github.apiUrl },
        variables: {
          DATABASE_URL: `postgres://admin:${encodeURIComponent(POSTGRES_PASSWORD)}@127.0.0.1:${port}/postgres`,
          DEADLINE: '5s',
        },
      });
    const first = await run(postgres.port);
    expect(first.succeeded, first.log).toBe(true);

    await runner.commit(createFigures({ image_bytes: 190e6, coverage_percent: 79 }));
    const worse = await run(postgres.port);
    expect(worse.succeeded, worse.log).toBe(false);
    expect(worse.outputs.regressions, worse.log).toBe('2');

    await runner.commit(createFigures({ migration_seconds: 61 }));
    const late = await run(postgres.port);
    expect(late.succeeded, late.log).toBe(false);

    const without = await run(await closedPort());
    expect(without.succeeded, without.log).toBe(false);
    expect(without.log).not.toMatch(/perf-regression: /);
  });
});

const compose = engine('docker-compose-v2', 'from the Go module proxy, see .ci/run', [GO_BIN]);
const canDeploy =
  act.path !== undefined && dockerEngine.path !== undefined && compose.path !== undefined;

describe.skipIf(!canDeploy)(
  `the deploy of Loka Stratum ${act.needs} ${dockerEngine.needs} ${compose.needs}`,
  () => {
    test('rolls back an unhealthy release in staging with compose and does not change production', async () => {
      await using daemon = await startDockerd();
      await daemon.importBusybox('box:1');
      const ports = { staging: await closedPort(), production: await closedPort() };
      const programs = await mkdtemp(join(tmpdir(), 'programs-'));
      await symlink(compose.path ?? '', join(programs, 'docker-compose'));
      await using front = await startHttpServer({
        script: async ({ request, response }) => {
          const [, environment = '', page] = request.path.split('/');
          const port = ports[environment as keyof typeof ports];
          const upstream = await fetch(`http://127.0.0.1:${port}/${page}`).catch(() => undefined);
          response.writeHead(upstream?.status ?? 502).end(await upstream?.text());
        },
      });
      const service = (environment: keyof typeof ports) =>
        `services: {proxy: {image: 'loka:${environment}', network_mode: host, stop_signal: SIGKILL, command: [busybox, httpd, -f, -p, '127.0.0.1:${ports[environment]}', -h, /www]}}`;
      await using runner = await startRunner({
        '.github/workflows/deploy.yml': await workflowFile(`${WORKFLOWS}/deploy.yml`),
        'compose.staging.yml': service('staging'),
        'compose.production.yml': service('production'),
        'deploy.sh': LOKA_DEPLOY,
        pages: 'health metrics',
      });
      const run = () =>
        runner.run({
          workflow: 'deploy.yml',
          programs,
          env: { DOCKER_HOST: daemon.host },
          variables: { STATE: join(programs, 'state'), HEALTH_URL: front.url, DEADLINE: '6s' },
        });
      const commit = async (environment: string) =>
        (await fetch(`${front.url}/${environment}/commit`)).text();
      // A first release of each, deployed manually.
      for (const environment of ['staging', 'production'] as const) {
        await deployManually(runner.folder, environment, { programs, host: daemon.host });
      }
      const good = await run();
      expect(good.succeeded, good.log).toBe(true);
      const first = await commit('production');
      expect(await commit('staging')).toBe(first);

      await runner.commit({ pages: 'health' });
      const unhealthy = await run();
      expect(unhealthy.succeeded, unhealthy.log).toBe(false);
      expect(unhealthy.outputs.result, unhealthy.log).toBe('rolled-back');
      expect(await commit('staging')).toBe(first);
      expect(await commit('production')).toBe(first);
      await rm(programs, { recursive: true });
    });
  },
);

/** Builds and starts the image of an environment. */
const LOKA_DEPLOY = `#!/bin/bash
set -eu
{
  echo FROM box:1; echo "RUN busybox mkdir /www && echo \${DEPLOY_SHA:-manual} > /www/commit"
  for page in $(cat pages); do echo "RUN echo stratum_connections 1 > /www/$page"; done
} | docker build --quiet --network none --tag "loka:$1" -
docker-compose -f "compose.$1.yml" -p "loka-$1" up --detach --no-build
`;

async function deployManually(
  folder: string,
  environment: string,
  { programs, host }: { programs: string; host: string },
): Promise<void> {
  const PATH = `${programs}:${process.env.PATH}`;
  const env = { PATH, DOCKER_HOST: host, HOME: programs };
  await promisify(execFile)('./deploy.sh', [environment], { cwd: folder, env });
}

function createFigures(changes: Readonly<Record<string, number>>) {
  const defaults = {
    memory_bytes: 300e6,
    image_bytes: 120e6,
    coverage_percent: 85,
    vulnerabilities_high: 0,
    oldest_dependency_days: 12,
    migration_seconds: 20,
  };
  return { 'figures.json': JSON.stringify({ ...defaults, ...changes }) };
}
