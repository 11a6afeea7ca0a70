import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { closedPort } from '@repo/testkit/faults/unreachable';
import { startLocalGitHub } from '@repo/testkit/github/local-github';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Dockerd, dockerEngine, startDockerd } from '../real/dockerd.ts';
import { act, type Runner, startRunner, workflowFile } from './act.ts';

const EXAMPLE = 'examples/tailpaste/.github';

/** Builds the image of the release, migrates the database and replaces the container. */
const DEPLOY = `#!/bin/bash
set -eu
{ echo FROM box:1; echo "RUN busybox mkdir /www"; [ ! -e unhealthy ] && echo "RUN echo '{\\"version\\":\\"$DEPLOY_SHA\\"}' > /www/health" || true; } |
  docker build --quiet --network none --tag tailpaste:production -
node migrate.mjs "$HOME_FOLDER/storage/pastes.db"
cp settings.env "$HOME_FOLDER/.env"
docker rm --force tailpaste > /dev/null 2>&1 || true
docker run --detach --name tailpaste --network host --stop-signal KILL tailpaste:production \\
  busybox httpd -f -p "127.0.0.1:$PORT" -h /www
`;

const TEST = `#!/bin/bash
set -eu
docker create --name probe "$@" box:1 true
`;

const migrate = (statement: string) =>
  `import { DatabaseSync } from 'node:sqlite';
new DatabaseSync(process.argv[2]).exec(${JSON.stringify(statement)});
`;

const ready = act.path !== undefined && dockerEngine.path !== undefined;

describe.skipIf(!ready)(`Tailpaste ${act.needs} ${dockerEngine.needs}`, () => {
  let daemon: Dockerd;
  let home: string;
  let port: number;
  let runner: Runner;

  beforeAll(async () => {
    daemon = await startDockerd();
    await daemon.importBusybox('box:1');
    // An unrelated stopped container without labels on the same machine.
    await daemon.docker('create', '--name', 'shop', 'box:1', 'true');
  });
  afterAll(() => daemon?.[Symbol.asyncDispose]());

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'tailpaste-'));
    port = await closedPort();
    await mkdir(join(home, 'storage'));
    await writeFile(join(home, 'config.toml'), 'retention = 30\n');
    const database = new DatabaseSync(join(home, 'storage/pastes.db'));
    database.exec("create table pastes (text); insert into pastes values ('kept'), ('too')");
    database.close();
    // A first release, deployed manually.
    await daemon.docker('run', '-d', '--name', 'tailpaste', '--network', 'host', 'box:1');
    runner = await startRunner({
      '.github/workflows/deploy.yml': await workflowFile(`${EXAMPLE}/workflows/deploy.yml`),
      '.github/workflows/monitor.yml': await workflowFile(`${EXAMPLE}/workflows/monitor.yml`),
      '.github/health.yml': (await workflowFile(`${EXAMPLE}/health.yml`))
        .replaceAll('http://localhost:8080', `http://127.0.0.1:${port}`)
        .replaceAll('/srv/tailpaste', home)
        // The fake application does not accept pastes.
        .replace(/ {2}- name: paste and read back\n(?: {4}.*\n)+/, '')
        .replace('interval: 5s, max-attempts: 3', 'max-attempts: 1'),
      'deploy.sh': DEPLOY,
      'test.sh': TEST,
      'migrate.mjs': migrate('create table if not exists clicks (at)'),
      'settings.env': 'LEVEL=good\n',
    });
  });
  afterEach(async () => {
    await runner[Symbol.asyncDispose]();
    await rm(home, { recursive: true });
    await daemon.docker('rm', '--force', 'tailpaste').catch(() => '');
  });

  const run = (workflow: string, env: Readonly<Record<string, string>> = {}) =>
    runner.run({
      workflow,
      env: { DOCKER_HOST: daemon.host, PORT: String(port), ...env },
      variables: { HOME_FOLDER: home, URL: `http://127.0.0.1:${port}`, DEADLINE: '6s' },
    });
  const health = async () => (await fetch(`http://127.0.0.1:${port}/health`)).text();
  const pastes = () => {
    const database = new DatabaseSync(join(home, 'storage/pastes.db'), { readOnly: true });
    const rows = database.prepare('select text from pastes').all();
    database.close();
    return rows.map(({ text }) => text);
  };

  test('rolls back image, database and settings of a bad release, and removes only objects of the job', async () => {
    const good = await run('deploy.yml');
    expect(good.succeeded, good.log).toBe(true);
    expect(good.outputs.result).toBe('deployed');
    const first = await health();

    await runner.commit({
      unhealthy: '',
      'migrate.mjs': migrate('drop table pastes'),
      'settings.env': 'LEVEL=bad\n',
    });
    const bad = await run('deploy.yml');
    expect(bad.succeeded, bad.log).toBe(false);
    expect(bad.outputs.result, bad.log).toBe('rolled-back');
    expect(await health()).toBe(first);
    expect(pastes()).toEqual(['kept', 'too']);
    expect(await readFile(join(home, '.env'), 'utf8')).toBe('LEVEL=good\n');
    const containers = await daemon.docker('ps', '--all', '--format', '{{.Names}}');
    expect(containers.split('\n').sort()).toEqual(['shop', 'tailpaste']);
  });

  test('the hourly monitor passes, and dispatches the deployment if the container is missing', async () => {
    expect((await run('deploy.yml')).succeeded).toBe(true);
    await using github = await startLocalGitHub({ repository: 'octo-org/octo-repo' });
    github.state.workflows.push({ id: 7, file: 'deploy.yml', inputs: {} });
    const monitor = () => run('monitor.yml', { GITHUB_API_URL: github.apiUrl });
    const healthy = await monitor();
    expect(healthy.succeeded, healthy.log).toBe(true);
    expect(healthy.artifacts).toEqual({ 'health-report': ['health-check.json'] });

    await daemon.docker('rm', '--force', 'tailpaste');
    const missing = await monitor();
    expect(missing.succeeded, missing.log).toBe(false);
    expect(missing.outputs['failed-checks']).toMatch(/page/);
    expect(github.state.runs).toHaveLength(1);
    expect(github.state.issues).toMatchObject([{ state: 'open' }]);
  });
});
