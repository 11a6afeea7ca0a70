import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
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
const EXAMPLE_URL = 'https://shop.example';

/** The workflow of an example with the URL of the test. */
async function readWorkflow(name: string, url: string, exampleUrl = EXAMPLE_URL): Promise<string> {
  const text = await readmeYaml(name, 'guarded-deploy');
  expect(text).toContain(exampleUrl);
  return text.replaceAll(exampleUrl, url);
}

describe.skipIf(act.path === undefined)(
  `the examples in the README of guarded-deploy ${act.needs}`,
  () => {
    let shop: HttpServer;
    let isHealthy: boolean;
    beforeEach(async () => {
      isHealthy = true;
      shop = await startHttpServer({
        script: ({ response }) => {
          response.writeHead(isHealthy ? 200 : 500).end();
        },
      });
    });
    afterEach(() => shop[Symbol.asyncDispose]());

    test('deploy with one command: deployed if healthy, rolled back if not', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'shop-'));
      await mkdir(join(folder, 'site'));
      const text = (await readWorkflow('all', shop.url)).replace('/srv/shop', folder);
      await using runner = await startRunner({
        // The default deadline is two minutes.
        '.github/workflows/a.yml': text.replace(/^( +)url: .*$/m, '$&\n$1deadline: 3s'),
        'deploy.sh': `#!/bin/sh\ncp page ${folder}/site/index.html\n`,
        page: 'first',
      });
      const good = await runner.run({ workflow: 'a.yml' });
      expect(good.outputs.result, good.log).toBe('deployed');
      isHealthy = false;
      await runner.commit({ page: 'second' });
      const bad = await runner.run({ workflow: 'a.yml' });
      expect(bad.outputs.result, bad.log).toBe('rolled-back');
      expect(await readFile(join(folder, 'site/index.html'), 'utf8')).toBe('first');
      await rm(folder, { recursive: true });
    });

    test('deploy by pushing a branch, with GitHub’s deployments as the ledger', async () => {
      const text = (await readWorkflow('git', shop.url))
        // The test server reports no version, and the test does not wait for 30 seconds.
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
      isHealthy = false;
      const bad = await run();
      expect(bad.outputs.result, bad.log).toBe('rolled-back');
      runner.git('fetch', '--quiet', 'origin', 'live');
      expect(runner.git('show', 'FETCH_HEAD:page')).toBe('one');
    });
  },
);

const ready = act.path !== undefined && dockerEngine.path !== undefined && compose.path;

describe.skipIf(!ready)(
  `the compose example in the README of guarded-deploy ${act.needs} ${dockerEngine.needs} ${compose.needs}`,
  () => {
    test('deploy with your own steps', async () => {
      await using daemon = await startDockerd();
      await daemon.importBusybox('box:1');
      const folder = await mkdtemp(join(tmpdir(), 'docker-config-'));
      await mkdir(join(folder, 'cli-plugins'));
      await symlink(compose.path ?? '', join(folder, 'cli-plugins/docker-compose'));
      const port = await closedPort();
      const url = `http://127.0.0.1:${port}`;
      const text = (await readWorkflow('phases', url, 'http://localhost:8080')).replace(
        /^( +)expect-version: .*$/m,
        '$1deadline: 6s',
      );
      const service = (image: string) =>
        `services: {web: {image: '${image}', network_mode: host, stop_signal: SIGKILL, command: [busybox, httpd, -f, -p, '127.0.0.1:${port}', -h, /www]}}`;
      const page = (path: string) =>
        `FROM box:1\nRUN busybox mkdir /www && echo ok > /www/${path}\n`;
      const build = (tag: string, path: string) =>
        daemon.dockerWith(page(path), 'build', '-q', '--network', 'none', '-t', tag, '-');
      await build('web:good', 'health');
      await build('web:bad', 'other');
      await using runner = await startRunner({
        '.github/workflows/a.yml': text,
        'compose.yml': service('web:good'),
      });
      const env = { DOCKER_HOST: daemon.host, DOCKER_CONFIG: folder };
      // A first release by hand, with the project name that Compose derives from the job's folder.
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
