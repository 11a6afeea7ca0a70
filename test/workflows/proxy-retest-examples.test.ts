import { startLocalCache } from '@repo/testkit/cache/local-cache';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { listText, record, startTestbed, type Testbed } from '../e2e/proxy/testbed.ts';
import { readmeYaml } from '../real/readme-example.ts';
import { act, type Runner, startRunner } from './act.ts';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>>;
}

describe.skipIf(act.path === undefined)(`the README of proxy-retest ${act.needs}`, () => {
  let testbed: Testbed;
  let links: readonly string[];
  beforeEach(async () => {
    testbed = await startTestbed();
    const [http, socks] = [
      await testbed.proxy({ protocol: 'http' }),
      await testbed.proxy({ protocol: 'socks5' }),
    ];
    links = [`http://127.0.0.1:${http.port}`, `socks5://127.0.0.1:${socks.port}`];
  });
  afterEach(() => testbed[Symbol.asyncDispose]());

  /** The workflow of the README with the targets of this testbed. */
  const withTargets = (workflow: Workflow): string => {
    const { targets, 'ca-file': ca, 'allow-private': allowed } = testbed.inputs;
    const places = { targets, 'ca-file': ca, 'allow-private': allowed };
    const jobs = Object.entries(workflow.jobs).map(([name, job]) => {
      const steps = job.steps.map((step) =>
        step.uses === 'org/actions/proxy-retest@v1'
          ? { ...step, with: { ...step.with, ...places } }
          : step,
      );
      return [name, { ...job, steps }];
    });
    return stringify({ ...workflow, jobs: Object.fromEntries(jobs) });
  };

  const workingIn = (runner: Runner, path: string) => {
    runner.git('fetch', '--quiet');
    const list: readonly { is_working: boolean }[] = JSON.parse(
      runner.git('show', `origin/main:${path}`),
    );
    return list.map(({ is_working }) => is_working);
  };

  /** One dead proxy, one that revives, one that stays alive. */
  const published = () => {
    const [http = '', socks = ''] = links;
    return listText([
      record('http://127.0.0.1:1#dead', { is_working: true }),
      record(http, { is_working: false }),
      record(socks),
    ]);
  };

  test('the hourly example commits once and finds a recovered proxy', async () => {
    const workflow: Workflow = parse(await readmeYaml('hourly', 'proxy-retest'));
    await using runner = await startRunner({
      '.github/workflows/a.yml': withTargets(workflow),
      'output/proxies.json': published(),
    });
    const run = await runner.run({ workflow: 'a.yml', event: 'schedule' });
    expect(run.succeeded, run.log).toBe(true);
    expect(run.outputs).toMatchObject({ alive: '2', revived: '1', died: '1' });
    expect(workingIn(runner, 'output/proxies.json')).toEqual([false, true, true]);
    expect(runner.git('log', '--format=%s', 'HEAD..origin/main')).toBe(
      'chore: retest the proxy list [skip ci]',
    );
  });

  test('the outputs example writes the files and compares the numbers', async () => {
    const steps: readonly Step[] = parse(await readmeYaml('outputs', 'proxy-retest'));
    const show = { run: 'cat public/alive.txt public/clash.yaml public/metadata.json' };
    const job = {
      'runs-on': 'ubuntu-latest',
      steps: [{ uses: 'actions/checkout@v7' }, ...steps, show],
    };
    await using cache = await startLocalCache();
    await using runner = await startRunner({
      '.github/workflows/a.yml': withTargets({
        ...{ on: 'workflow_dispatch', permissions: {} },
        jobs: { retest: job },
      }),
      'proxies.txt': `${links.join('\n')}\nhttp://127.0.0.1:1\n`,
    });
    const run = () => runner.run({ workflow: 'a.yml', env: cache.env });
    const first = await run();
    expect(first.succeeded, first.log).toBe(true);
    expect(first.outputs).toMatchObject({ alive: '2', tested: '3' });
    for (const link of links) expect(first.log).toContain(link);
    expect(first.log).toContain('proxies:');
    // The test history and the history of the numbers are in the cache.
    const second = await run();
    expect(second.outputs).toMatchObject({ tested: '0', alive: '0' });
  });

  test('the shards example merges eight jobs into one list', async () => {
    const workflow: Workflow = parse(await readmeYaml('shards', 'proxy-retest'));
    await using runner = await startRunner({
      '.github/workflows/a.yml': withTargets({
        ...{ on: 'workflow_dispatch' },
        ...workflow,
      }),
      'proxies.json': published(),
    });
    const run = await runner.run({ workflow: 'a.yml' });
    expect(run.succeeded, run.log).toBe(true);
    expect(Object.keys(run.artifacts)).toHaveLength(8);
    expect(run.outputs).toMatchObject({ alive: '2', revived: '1', died: '1', changed: 'true' });
    expect(workingIn(runner, 'proxies.json')).toEqual([false, true, true]);
  });
});
