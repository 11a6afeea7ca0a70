import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type HttpServer, startHttpServer } from '@repo/testkit/faults/http-server';
import { closedPort } from '@repo/testkit/faults/unreachable';
import { startLocalGitHub } from '@repo/testkit/github/local-github';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dockerEngine, startDockerd } from '../real/dockerd.ts';
import { engine, GO_BIN } from '../real/engine.ts';
import { readmeYaml } from '../real/readme-example.ts';
import { act, startRunner } from './act.ts';

const compose = engine('docker-compose-v2', 'from the Go module proxy, see .ci/run', [GO_BIN]);
const PLACE = 'https://shop.example';

/** A workflow of an example's steps, with the test's own address in it. */
function workflowOf(steps: string, url: string, place = PLACE): string {
  expect(steps).toContain(place);
  const indented = steps.replaceAll(place, url).replace(/^(?=.)/gm, '      ');
  return `on: workflow_dispatch\npermissions: {}\njobs:\n  deploy:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v6\n${indented}`;
}

describe.skipIf(act.path === undefined)(`the README of guarded-deploy ${act.needs}`, () => {
  let shop: HttpServer;
  let well: boolean;
  beforeEach(async () => {
    well = true;
    shop = await startHttpServer({
      script: ({ response }) => {
        response.writeHead(well ? 200 : 500).end();
      },
    });
  });
  afterEach(() => shop[Symbol.asyncDispose]());

  test('the first example works when copied: deployed when well, rolled back when not', async () => {
    const text = workflowOf(await readmeYaml('all', 'guarded-deploy'), shop.url);
    await using runner = await startRunner({
      // Two minutes are the default.
      '.github/workflows/a.yml': text.replace(/^( +)url: .*$/m, '$&\n$1deadline: 3s'),
      'deploy.sh': '#!/bin/sh\ndate > site/index.html\n',
      'site/index.html': 'first',
    });
    const good = await runner.run({ workflow: 'a.yml' });
    expect(good.outputs.result, good.log).toBe('deployed');
    well = false;
    await runner.commit({ 'site/index.html': 'second' });
    const bad = await runner.run({ workflow: 'a.yml' });
    expect(bad.outputs.result, bad.log).toBe('rolled-back');
  });

  test('the example with a branch and GitHub’s ledger works when copied', async () => {
    const steps = (await readmeYaml('git', 'guarded-deploy')).split('steps:\n')[1] ?? '';
    const own = steps.replace(/^ {2}/gm, '').replace('- uses: actions/checkout@v6\n', '');
    const text = workflowOf(own, shop.url)
      // The stand-in shows no version, and is not looked at for half a minute.
      .replace(/^ +expect-version: .*\n/m, '')
      .replace('stable-for: 30s', 'stable-for: 0s\n          deadline: 3s');
    await using runner = await startRunner({ '.github/workflows/a.yml': text, page: 'one' });
    runner.git('push', '--quiet', 'origin', 'HEAD:refs/heads/live');
    await using github = await startLocalGitHub({
      repository: 'octo-org/octo-repo',
      bare: runner.remote,
    });
    const run = () => runner.run({ workflow: 'a.yml', env: { GITHUB_API_URL: github.apiUrl } });
    const good = await run();
    expect(good.outputs.result, good.log).toBe('deployed');
    await runner.commit({ page: 'two' });
    well = false;
    const bad = await run();
    expect(bad.outputs.result, bad.log).toBe('rolled-back');
    runner.git('fetch', '--quiet', 'origin', 'live');
    expect(runner.git('show', 'FETCH_HEAD:page')).toBe('one');
  });
});

const ready = act.path !== undefined && dockerEngine.path !== undefined && compose.path;

describe.skipIf(!ready)(
  `the README of guarded-deploy, compose ${act.needs} ${dockerEngine.needs} ${compose.needs}`,
  () => {
    test('the example with steps of your own works when copied', async () => {
      await using daemon = await startDockerd();
      await daemon.importBusybox('box:1');
      const folder = await mkdtemp(join(tmpdir(), 'docker-config-'));
      await mkdir(join(folder, 'cli-plugins'));
      await symlink(compose.path ?? '', join(folder, 'cli-plugins/docker-compose'));
      const port = await closedPort();
      const place = 'http://localhost:8080';
      const text = workflowOf(
        await readmeYaml('phases', 'guarded-deploy'),
        `http://127.0.0.1:${port}`,
        place,
      ).replace(/^( +)expect-version: .*$/m, '$1deadline: 6s');
      const service = (image: string) =>
        `services: {web: {image: '${image}', network_mode: host, stop_signal: SIGKILL, command: [busybox, httpd, -f, -p, '127.0.0.1:${port}', -h, /www]}}`;
      const page = (path: string) =>
        `FROM box:1\nRUN busybox mkdir /www && echo well > /www/${path}\n`;
      const build = (tag: string, path: string) =>
        daemon.dockerWith(page(path), 'build', '-q', '--network', 'none', '-t', tag, '-');
      await build('web:good', 'health');
      await build('web:bad', 'other');
      await using runner = await startRunner({
        '.github/workflows/a.yml': text,
        'compose.yml': service('web:good'),
      });
      const env = { DOCKER_HOST: daemon.host, DOCKER_CONFIG: folder };
      // A first release, by hand: by the name that compose gives the project of the job's folder.
      const run = () => runner.run({ workflow: 'a.yml', env });
      await promisify(execFile)(
        'docker',
        ['compose', '-f', join(runner.folder, 'compose.yml'), '-p', 'hostexecutor', 'up', '-d'],
        { env: { ...process.env, ...env } },
      );
      const good = await run();
      expect(good.outputs.result, good.log).toBe('deployed');
      await runner.commit({ 'compose.yml': service('web:bad') });
      const bad = await run();
      expect(bad.outputs.result, bad.log).toBe('rolled-back');
      expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
      await rm(folder, { recursive: true });
    });
  },
);
