import { respond } from '@repo/testkit/faults/answers';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { closedPort } from '@repo/testkit/faults/unreachable';
import { describe, expect, test } from 'vitest';
import { listText, record, startTestbed } from '../e2e/proxy/testbed.ts';
import { act, startRunner } from './act.ts';

describe.skipIf(act.path === undefined)(`the workflow proxy-retest ${act.needs}`, () => {
  test('commits once after plan, shards and merge, and finds a recovered proxy', async () => {
    await using testbed = await startTestbed();
    await using one = await startHttpServer({ script: respond(204) });
    await using another = await startHttpServer({ script: respond(204) });
    const [good, other] = [
      await testbed.proxy({ protocol: 'http' }),
      await testbed.proxy({ protocol: 'socks5' }),
    ];
    const dead = await closedPort();
    const caller = `
on: {schedule: [{cron: '23 * * * *'}], workflow_dispatch: {}}
permissions: {}
jobs:
  retest:
    permissions: {contents: write}
    uses: org/actions/.github/workflows/proxy-retest.yml@v1
    with:
      list: output/proxies.json
      shards: 2
      allow-private: true
      targets: |
        ${one.url}/
        ${another.url}/
`;
    const revived = { ...record(`http://127.0.0.1:${good.port}#a`), is_working: false };
    await using runner = await startRunner({
      '.github/workflows/retest.yml': caller,
      'output/proxies.json': listText([
        revived,
        record(`socks5://127.0.0.1:${other.port}#b`),
        record(`http://127.0.0.1:${dead}#c`),
      ]),
    });
    const run = await runner.run({ workflow: 'retest.yml' });
    expect(run.succeeded, run.log).toBe(true);
    expect(run.outputs, run.log).toMatchObject({ alive: '2', revived: '1', changed: 'true' });
    runner.git('fetch', '--quiet');
    expect(runner.git('log', '--format=%s', 'HEAD..origin/main')).toMatch(/\[skip ci\]$/);
    const list = JSON.parse(runner.git('show', 'origin/main:output/proxies.json'));
    expect(list.map(({ is_working }: { is_working: boolean }) => is_working)).toEqual([
      true,
      true,
      false,
    ]);
  });

  test('fails and keeps the list when no target answers', async () => {
    await using testbed = await startTestbed();
    const proxy = await testbed.proxy({ protocol: 'http' });
    const down = [await closedPort(), await closedPort()];
    const list = listText([record(`http://127.0.0.1:${proxy.port}#a`)]);
    await using runner = await startRunner({
      '.github/workflows/retest.yml': `
on: workflow_dispatch
permissions: {}
jobs:
  retest:
    permissions: {contents: write}
    uses: org/actions/.github/workflows/proxy-retest.yml@v1
    with:
      list: proxies.json
      allow-private: true
      targets: |
        http://127.0.0.1:${down[0]}/
        http://127.0.0.1:${down[1]}/
`,
      'proxies.json': list,
    });
    const run = await runner.run({ workflow: 'retest.yml' });
    expect(run.succeeded, run.log).toBe(false);
    expect(run.outputs, run.log).toMatchObject({
      verdict: 'unknown',
      tested: '0',
      changed: 'false',
    });
    expect(run.outputs.message).toBe('Nothing was tested: no target answered directly');
    expect(run.artifacts['retest-report']).toEqual(['proxy-retest.json']);
    runner.git('fetch', '--quiet');
    expect(runner.git('show', 'origin/main:proxies.json')).toBe(list.trim());
  });

  test('separates the artifacts of two lists and pushes both commits', async () => {
    await using testbed = await startTestbed();
    await using one = await startHttpServer({ script: respond(204) });
    await using another = await startHttpServer({ script: respond(204) });
    const proxy = await testbed.proxy({ protocol: 'http' });
    const job = (name: string, more = '') => `
  ${name}:
    permissions: {contents: write}
    uses: org/actions/.github/workflows/proxy-retest.yml@v1
    with:
      list: ${name}.json
      allow-private: true${more}
      targets: |
        ${one.url}/
        ${another.url}/
`;
    const revived = { ...record(`http://127.0.0.1:${proxy.port}#a`), is_working: false };
    await using runner = await startRunner({
      '.github/workflows/retest.yml': `
on: workflow_dispatch
permissions: {}
jobs:${job('free')}${job('paid', '\n      artifact: retest-paid')}`,
      'free.json': listText([revived]),
      'paid.json': listText([revived]),
    });
    const run = await runner.run({ workflow: 'retest.yml' });
    expect(run.succeeded, run.log).toBe(true);
    expect(Object.keys(run.artifacts).sort()).toEqual([
      'retest-paid-report',
      'retest-paid-results-1-of-1',
      'retest-report',
      'retest-results-1-of-1',
    ]);
    runner.git('fetch', '--quiet');
    for (const name of ['free', 'paid']) {
      const [tested] = JSON.parse(runner.git('show', `origin/main:${name}.json`));
      expect(tested.is_working, name).toBe(true);
    }
  });
});
