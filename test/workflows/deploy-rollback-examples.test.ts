import { mkdir, readlink, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { respond } from '@repo/testkit/faults/answers';
import { type HttpServer, startHttpServer } from '@repo/testkit/faults/http-server';
import { closedPort } from '@repo/testkit/faults/unreachable';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { type Dockerd, dockerEngine, startDockerd } from '../real/dockerd.ts';
import { readmeYaml } from '../real/readme-example.ts';
import { act, startRunner } from './act.ts';

const ADDRESS = 'http://localhost:8080';

/** Reads an example of the README, with the paths and addresses of the test. */
async function readExample(
  name: string,
  replacements: Readonly<Record<string, string>>,
): Promise<string> {
  let yaml = await readmeYaml(name, 'deploy-rollback');
  for (const [text, replacement] of Object.entries(replacements)) {
    expect(yaml).toContain(text);
    yaml = yaml.replaceAll(text, replacement);
  }
  return yaml;
}

describe.skipIf(act.path === undefined)(`the README of deploy-rollback ${act.needs}`, () => {
  let site: HttpServer;
  let current = '';
  beforeEach(async () => {
    site = await startHttpServer({
      script: async ({ response }) => {
        response.writeHead(/good$/.test(await readlink(current)) ? 200 : 500).end();
      },
    });
  });
  afterEach(() => site[Symbol.asyncDispose]());

  test('rolls back by hand, first as a dry run', async () => {
    await using runner = await startRunner({ 'deploy.sh': '#!/bin/sh\nln -sfn $1 $CURRENT\n' });
    const releases = join(runner.folder, '../srv/releases');
    current = join(runner.folder, '../srv/current');
    for (const release of ['good', 'bad']) {
      await mkdir(join(releases, release), { recursive: true });
      await writeFile(join(releases, release, 'index.html'), release);
    }
    await symlink(join(releases, 'good'), current);
    const strategies = `- symlink: {link: ${current}, releases: ${releases}}`;
    const deploy = (release: string) => ({
      '.github/workflows/deploy.yml': stringify({
        on: 'workflow_dispatch',
        permissions: {},
        jobs: {
          deploy: {
            'runs-on': 'self-hosted',
            steps: [
              { uses: 'actions/checkout@v7' },
              { uses: 'org/actions/deploy-rollback@v1', with: { mode: 'guard', strategies } },
              { run: `./deploy.sh ${join(releases, release)}`, env: { CURRENT: current } },
            ],
          },
        },
      }),
      '.github/workflows/a.yml': rollback,
    });
    const rollback = await readExample('manual', {
      [ADDRESS]: site.url,
      '/srv/app/current': current,
      '/srv/app/releases': releases,
    });
    for (const release of ['good', 'bad']) {
      await runner.commit(deploy(release));
      const done = await runner.run({ workflow: 'deploy.yml' });
      expect(done.succeeded, done.log).toBe(true);
    }
    expect(await readlink(current)).toMatch(/bad$/);

    const rollBack = (dryRun: string) =>
      runner.run({ workflow: 'a.yml', inputs: { target: 'auto', 'dry-run': dryRun } });
    const dryRun = await rollBack('true');
    expect(dryRun.outputs.result, dryRun.log).toBe('dry-run');
    expect(await readlink(current)).toMatch(/bad$/);
    const done = await rollBack('false');
    expect(done.succeeded, done.log).toBe(true);
    expect(done.outputs.result, done.log).toBe('rolled-back');
    expect(await readlink(current)).toMatch(/good$/);
  });
});

const ready = act.path !== undefined && dockerEngine.path !== undefined;

/** The state before the job: a database with two pastes, and settings. */
const ARRANGE = `#!/bin/bash
set -eu
mkdir -p storage
echo LEVEL=before > .env
echo 'retention = 30' > config.toml
node -e "new (require('node:sqlite').DatabaseSync)('storage/pastes.db').exec(\\"create table pastes (text); insert into pastes values ('first'), ('second')\\")"
`;

const SHOW = `#!/bin/bash
cat .env
node -e "for (const { text } of new (require('node:sqlite').DatabaseSync)('storage/pastes.db').prepare('select text from pastes').all()) console.log('paste', text)"
`;

const deploy = (path: string, statement: string) => `#!/bin/bash
set -eu
{ echo FROM box:1; echo RUN "busybox mkdir /www && echo healthy > /www/${path}"; } |
  docker build --quiet --network none --tag tailpaste:latest -
node -e "new (require('node:sqlite').DatabaseSync)('storage/pastes.db').exec(\\"${statement}\\")"
echo LEVEL=after > .env
docker rm --force tailpaste
docker run --detach --name tailpaste --network host --stop-signal KILL tailpaste:latest \\
  busybox httpd -f -p "127.0.0.1:$PORT" -h /www
`;

describe.skipIf(!ready)(
  `the README of deploy-rollback, step by step ${act.needs} ${dockerEngine.needs}`,
  () => {
    let daemon: Dockerd;
    let hook: HttpServer;
    beforeEach(async () => {
      daemon = await startDockerd();
      await daemon.importBusybox('box:1');
      hook = await startHttpServer({ script: respond(200) });
    });
    afterEach(async () => {
      await hook[Symbol.asyncDispose]();
      await daemon[Symbol.asyncDispose]();
    });

    test('restores the database, files and the image together', async () => {
      const port = await closedPort();
      const workflow = parse(
        await readExample('steps', {
          [ADDRESS]: `http://127.0.0.1:${port}`,
          '/srv/app': '.',
          'deadline: 2m': 'deadline: 4s',
        }),
      );
      const [checkout, ...steps] = workflow.jobs.deploy.steps;
      workflow.jobs.deploy.steps = [
        checkout,
        { run: './arrange.sh' },
        ...steps,
        { if: 'always()', run: './show.sh' },
      ];
      // The first release is deployed by hand.
      await daemon.docker('run', '-d', '--name', 'tailpaste', '--network', 'host', 'box:1');
      await using runner = await startRunner({
        '.github/workflows/a.yml': stringify({ ...workflow, on: 'workflow_dispatch' }),
        'arrange.sh': ARRANGE,
        'show.sh': SHOW,
        'deploy.sh': deploy('health', 'create table clicks (at)'),
      });
      const run = () =>
        runner.run({
          workflow: 'a.yml',
          env: { DOCKER_HOST: daemon.host, PORT: String(port) },
          secrets: { SLACK_WEBHOOK: `${hook.url}/hook` },
        });
      const good = await run();
      expect(good.succeeded, good.log).toBe(true);
      expect(good.log).toContain('LEVEL=after');
      const image = () => daemon.docker('inspect', '--format', '{{.Image}}', 'tailpaste');
      const first = await image();

      await runner.commit({ 'deploy.sh': deploy('other', 'drop table pastes') });
      const bad = await run();
      expect(bad.outputs.result, bad.log).toBe('rolled-back');
      expect(bad.outputs['time-to-recover-ms']).toMatch(/^\d+$/);
      expect(bad.outputs['rollbacks-in-window']).toBe('1');
      expect(hook.requests.map(({ url }) => url)).toEqual(['/hook']);
      expect(bad.log).toContain('LEVEL=before');
      expect(bad.log).toMatch(/paste first[\s\S]*paste second/);
      expect(await image()).toBe(first);
      expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);

      // The freeze blocks the deploy: no rollback and no notification.
      const held = await run();
      expect(held.succeeded, held.log).toBe(false);
      expect(held.outputs.result, held.log).toBe('frozen');
      expect(await image()).toBe(first);
      expect(hook.requests).toHaveLength(1);
    });
  },
);
