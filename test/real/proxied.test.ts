import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { certificates } from '@repo/testkit/certificates/certificates';
import { respond } from '@repo/testkit/faults/answers';
import { type HttpServer, startHttpServer } from '@repo/testkit/faults/http-server';
import { type LocalGitHub, startLocalGitHub } from '@repo/testkit/github/local-github';
import { type RunActionOptions, runAction } from '@repo/testkit/runner/run-action';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { go } from '../e2e/perf/go-output.ts';
import { openPull } from '../e2e/perf/pull-request.ts';
import { listText, record } from '../e2e/proxy/testbed.ts';
import { PARTS, startGitHubEnvironment } from '../e2e/rollback/github-environment.ts';
import { engine } from './engine.ts';
import { type ProxiedRunner, startProxiedRunner } from './proxied-runner.ts';

const tinyproxy = engine('tinyproxy', 'apt-get install tinyproxy-bin');
const canRun =
  tinyproxy.path !== undefined &&
  engine('ip', 'apt-get install iproute2').path !== undefined &&
  process.platform === 'linux' &&
  process.getuid?.() === 0;

/** Prints its port. */
const SERVER = `require('node:http').createServer((_, response) => response.end())
  .listen(0, '127.0.0.1', function () { console.log(this.address().port); });`;

const actionFolder = (name: string) =>
  fileURLToPath(new URL(`../../actions/${name}`, import.meta.url));

describe.skipIf(!canRun)(
  `the only way out is a tinyproxy (needs root: sudo) ${tinyproxy.needs}`,
  () => {
    let runner: ProxiedRunner;
    let server: HttpServer;
    let secure: HttpServer;
    let folder: string;
    beforeAll(async () => {
      runner = await startProxiedRunner(tinyproxy.path ?? '');
      server = await startHttpServer({ script: respond(204), host: runner.outside });
      secure = await startHttpServer({
        script: respond(204),
        host: runner.outside,
        tls: { pair: certificates().good },
      });
      folder = await mkdtemp(join(tmpdir(), 'proxied-work-'));
    });
    afterAll(async () => {
      await server[Symbol.asyncDispose]();
      await secure[Symbol.asyncDispose]();
      await runner[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    });
    beforeEach(async () => {
      await runner.takeRequests();
    });

    const notification = () => ({
      notify: `webhook=http://${runner.outside}:${server.port}/hook`,
      'notify-on': 'always',
    });

    /** Runs an action in the namespace, with a notification. */
    const run = (
      name: string,
      inputs: Readonly<Record<string, string>>,
      options: Partial<RunActionOptions> = {},
    ) =>
      runAction({
        ...runner.options,
        ...options,
        action: actionFolder(name),
        cwd: folder,
        with: { ...notification(), ...inputs },
        env: { ...runner.options.env, ...options.env },
      });

    /** The context of a GitHub that is outside. */
    const publishGitHub = async (
      github: LocalGitHub,
    ): Promise<NonNullable<RunActionOptions['github']>> => {
      await runner.publish(Number(new URL(github.apiUrl).port));
      return JSON.parse(JSON.stringify(github.context).replaceAll('127.0.0.1', runner.outside));
    };

    const urlOf = ({ port }: { readonly port: number }, scheme = 'http') =>
      `${scheme}://${runner.outside}:${port}/`;
    const checkInputs = () => ({
      url: `${urlOf(server)}\n${urlOf(secure, 'https')}`,
      insecure: 'true',
      'max-attempts': '1',
      interval: '1ms',
    });

    test('control: direct connections fail', async () => {
      const env = { HTTP_PROXY: '', HTTPS_PROXY: '' };
      await using result = await run('health-check', checkInputs(), { env });
      expect(result.outputs.status).not.toBe('healthy');
      expect(result.log).toContain('ENETUNREACH');
      expect(await runner.takeRequests()).toEqual([]);
    });

    test('health-check: http, https, and a notification', async () => {
      await using result = await run('health-check', checkInputs());
      expect(result.outputs.status, result.log).toBe('healthy');
      expect(result.annotations).toEqual([]);
      const outside = (port: number) => `${runner.outside}:${port}`;
      expect((await runner.takeRequests()).toSorted()).toEqual(
        [outside(server.port), outside(server.port), outside(secure.port)].toSorted(),
      );
    });

    test('NO_PROXY and loopback are direct', async () => {
      const [program, ...enter] = runner.options.launcher;
      const inside = spawn(program, [...enter, process.execPath, '-e', SERVER], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      try {
        const [port] = await once(inside.stdout, 'data');
        await using result = await run('health-check', {
          ...{ url: `http://127.0.0.1:${Number(port)}/`, 'notify-on': 'fail' },
        });
        expect(result.outputs.status, result.log).toBe('healthy');
        await using bypassed = await run(
          'health-check',
          { ...checkInputs(), 'notify-on': 'fail' },
          { env: { NO_PROXY: runner.outside } },
        );
        expect(bypassed.log).toContain('ENETUNREACH');
        expect(await runner.takeRequests()).toEqual([]);
      } finally {
        inside.kill();
      }
    });

    test('a wrong proxy is named, and the target is unknown', async () => {
      const wrong = runner.proxy.replace(/\d+$/, '9');
      const env = { HTTP_PROXY: wrong, HTTPS_PROXY: wrong };
      await using result = await run('health-check', checkInputs(), { env });
      expect(result.outputs.status).toBe('unknown');
      expect(result.log).toContain(`connection refused by the proxy ${new URL(wrong).host}`);
      expect(result.log).toContain(`(through the proxy ${new URL(wrong).host})`);
    });

    test('perf-regression: a comment on GitHub', async () => {
      await using github = await startLocalGitHub();
      const context = await publishGitHub(github);
      const repository = String(context.repository);
      await openPull(github, { repository, branch: 'topic', sha: 'b'.repeat(40) });
      await writeFile(join(folder, 'old.txt'), go({ Parse: 1000 }));
      await writeFile(join(folder, 'new.txt'), go({ Parse: 1500 }));
      const pull_request = {
        number: 1,
        head: { sha: 'b'.repeat(40), repo: { full_name: repository } },
        base: { ref: 'main' },
        labels: [],
      };
      const event = { repository: { full_name: repository, default_branch: 'main' }, pull_request };
      await using result = await run(
        'perf-regression',
        { results: 'new.txt', baseline: 'old.txt' },
        { github: { ...context, event_name: 'pull_request', event } },
      );
      expect(result.outputs.verdict, result.log).toBe('fail');
      expect(github.state.comments, result.log).toHaveLength(1);
      expect(await runner.takeRequests()).toContain(new URL(String(context.api_url)).host);
    });

    test('deploy-rollback: the ledger on GitHub, and verify-url', async () => {
      const part = PARTS['git: restore-commit by API'];
      if (part === undefined) throw new Error('missing part');
      await using environment = await startGitHubEnvironment(part);
      const github = await publishGitHub(environment.github);
      const site = Number(new URL(environment.siteUrl).port);
      await runner.publish(site);
      environment.recordDeploys();
      await using result = await environment.run(
        { ...notification(), 'verify-url': urlOf({ port: site }) },
        { on: { ...runner.options, github } },
      );
      expect(result.outputs, result.log).toMatchObject({ result: 'rolled-back' });
      expect(part.live(environment)).toBe('good');
      expect(new Set(await runner.takeRequests())).toEqual(
        new Set([
          new URL(String(github.api_url)).host,
          `${runner.outside}:${site}`,
          `${runner.outside}:${server.port}`,
        ]),
      );
    });

    test('proxy-retest and docker-label-cleanup: a notification and a download', async () => {
      await writeFile(join(folder, 'proxies.json'), listText([record('http://127.0.0.1:1')]));
      await using retest = await run('proxy-retest', {
        ...{ list: 'proxies.json', mode: 'plan', engine: 'none' },
      });
      expect(retest.exitCode, retest.log).toBe(0);
      expect(await runner.takeRequests()).toEqual([`${runner.outside}:${server.port}`]);

      const link = 'trojan://password@127.0.0.1:1#one';
      await writeFile(join(folder, 'links.txt'), `${link}\n`);
      await using download = await run(
        'proxy-retest',
        {
          ...{ list: 'links.txt', engine: 'sing-box', 'check-targets': 'false' },
          ...{ 'allow-private': 'true', 'notify-on': 'fail' },
          'engine-version': '1.14.1',
          'engine-sha256': '0'.repeat(64),
          'engine-url': urlOf(server),
        },
        { env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' }, debug: true },
      );
      expect(download.log).toMatch(/download: GET http.*sing-box-1\.14\.1-.*\.tar\.gz → 204/);
      expect(download.log).toContain('does not match engine-sha256');
      expect(await runner.takeRequests()).toContain(`${runner.outside}:${server.port}`);

      await using cleanup = await run('docker-label-cleanup', {
        ...{ labels: 'a=b', host: 'unix:///nowhere/docker.sock', 'fail-on': 'never' },
      });
      expect(cleanup.outputs.verdict, cleanup.log).toBe('unknown');
      expect(cleanup.log).not.toContain('Notification not sent');
      expect(await runner.takeRequests()).toEqual([`${runner.outside}:${server.port}`]);
    });
  },
);
