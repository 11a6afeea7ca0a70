import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunActionOptions, runAction } from '@repo/testkit/runner/run-action';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { buildImage, cleanupAction, listAll, readAudit } from './docker-cleanup.ts';
import { startSkewedProxy } from './docker-proxy.ts';
import { type Dockerd, dockerEngine, startDockerd } from './dockerd.ts';
import { inputsOf, readmeYaml } from './readme-example.ts';

const TESTING = ['--label', 'environment=testing'];

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>>;
}

interface Step {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly run?: string;
}

describe.skipIf(dockerEngine.path === undefined)(
  `the examples in the README of docker-label-cleanup work as written ${dockerEngine.needs}`,
  () => {
    let daemon: Dockerd;
    let folder: string;
    beforeAll(async () => {
      daemon = await startDockerd();
      folder = await mkdtemp(join(tmpdir(), 'cleanup-examples-'));
    });
    afterAll(async () => {
      await daemon?.[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    });
    beforeEach(async () => {
      await daemon.clear();
      await daemon.importBusybox('box:1');
    });
    const create = (name: string, ...args: string[]) =>
      daemon.docker('create', '--network', 'none', '--name', name, ...args, 'box:1');
    /** The steps of an example, without the checkout. */
    const readSteps = async (name: string): Promise<readonly Step[]> => {
      const workflow = parse(await readmeYaml(name, 'docker-label-cleanup')) as Workflow;
      const [job] = Object.values(workflow.jobs);
      return (job?.steps ?? []).filter(({ uses }) => !uses?.startsWith('actions/checkout@'));
    };
    /** Runs a step as written, on the daemon of DOCKER_HOST. */
    const runStep = (step: Step | undefined, options: Partial<RunActionOptions> = {}) =>
      runAction({
        action: cleanupAction,
        with: inputsOf({ with: step?.with ?? {} }),
        cwd: folder,
        ...options,
        env: { DOCKER_HOST: daemon.host, ...options.env },
      });

    test('cleans up after a test job', async () => {
      await create('test', ...TESTING);
      await create('other');
      const [, step] = await readSteps('first');
      await using result = await runStep(step);
      expect(result.outputs).toMatchObject({ 'removed-containers': 'test', verdict: 'pass' });
      expect((await listAll(daemon)).containers).toEqual(['other']);
    });

    test('removes the objects of one job', async () => {
      await create('other', ...TESTING);
      await writeFile(join(folder, 'Dockerfile'), 'FROM box:1\n');
      const [setup, work] = await readSteps('setup');
      await using result = await runStep(setup, {
        // The next step of the job.
        onLine: (line) => {
          const [, args = ''] = /^label-args: (.*)$/.exec(line) ?? [];
          if (args === '') return;
          const script = work?.run?.replaceAll('${{ steps.docker.outputs.label-args }}', args);
          execFileSync('bash', ['-ec', script ?? 'false'], {
            cwd: folder,
            env: { PATH: process.env.PATH, DOCKER_HOST: daemon.host, DOCKER_BUILDKIT: '0' },
            stdio: 'ignore',
          });
        },
      });
      expect(result.post?.outputs).toMatchObject({
        'removed-images': 'app:testing',
        'removed-networks': 'testing',
        verdict: 'pass',
      });
      expect(result.post?.outputs['removed-containers']).not.toBe('');
      // `<none>` are intermediate images of the classic builder, a limitation in the README.
      const { images, ...rest } = await listAll(daemon);
      expect(images?.filter((name) => name !== '<none>:<none>')).toEqual(['box:1']);
      expect(rest).toEqual({ containers: ['other'], networks: [], volumes: [] });
    });

    test('removes a Compose project', async () => {
      await create('web', '--label', 'com.docker.compose.project=shop-test');
      await create('other', '--label', 'com.docker.compose.project=shop');
      const [step] = await readSteps('compose');
      await using result = await runStep(step);
      expect(result.outputs['removed-containers']).toBe('web');
      expect((await listAll(daemon)).containers).toEqual(['other']);
    });

    test('cleans up a shared daemon, by a daemon clock that is one day ahead', async () => {
      const ci = [...TESTING, '--label', 'managed-by=ci'];
      for (const [name, ...labels] of [
        ['shared-db', ...ci],
        ['prod', ...ci, '--label', 'environment=production'],
        ['half', ...TESTING],
        ['preview', '--label', 'environment=preview'],
        ...['one', 'two', 'three', 'four'].map((each) => [each, ...ci]),
      ] as [string, ...string[]][]) {
        await create(name, ...labels);
      }
      await buildImage(daemon, ['app:v1'], { label: 'environment=preview' });
      const [step] = await readSteps('sweep');
      await using skewed = await startSkewedProxy(daemon, 24 * 3_600_000);
      await daemon.docker('context', 'create', 'builder', '--docker', `host=${skewed.host}`);
      await using result = await runStep(step, {
        env: { DOCKER_HOST: '', DOCKER_CONFIG: join(daemon.folder, 'config') },
      });
      const audit = await readAudit(result);
      expect(audit.filter((line) => line.endsWith(': protected'))).toEqual([
        'container shared-db: protected',
        'image app:v1: protected',
      ]);
      // Objects created within the same second are in no fixed order.
      expect(result.outputs).toMatchObject({ removed: '2', protected: '2', 'too-young': '0' });
      expect(audit.filter((line) => line.endsWith(': kept'))).toHaveLength(3);
      expect((await listAll(daemon)).containers).toEqual(
        expect.arrayContaining(['half', 'prod', 'shared-db']),
      );
    });

    test('cleans up only when the disk is nearly full', async () => {
      const [step] = await readSteps('disk');
      await using result = await runStep(step);
      expect(result.outputs).toMatchObject({ verdict: 'pass', removed: '0' });
    });

    test('applies a reviewed plan', async () => {
      await create('planned', ...TESTING);
      const [plan, apply] = await readSteps('plan');
      await using planned = await runStep(plan);
      expect(planned.outputs).toMatchObject({ planned: '1', removed: '0' });
      await create('later', ...TESTING);
      await using applied = await runStep(apply);
      expect(applied.outputs['removed-containers']).toBe('planned');
      expect((await listAll(daemon)).containers).toEqual(['later']);
    });

    test('checks compose files for missing labels', async () => {
      await writeFile(join(folder, 'compose.yml'), 'services: {web: {image: "web:1"}}\n');
      const [step] = await readSteps('lint');
      await using result = await runStep(step);
      expect(result.exitCode).toBe(1);
      expect(result.annotations[0]?.message).toContain('service web has no label');
    });
  },
);
