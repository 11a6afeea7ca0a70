import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listAll } from '../real/docker-cleanup.ts';
import { type Dockerd, dockerEngine, startDockerd } from '../real/dockerd.ts';
import { act, startRunner } from './act.ts';

const CALLER = `
on: {schedule: [{cron: '41 3 * * *'}], workflow_dispatch: {}}
permissions: {}
jobs:
  sweep:
    permissions: {}
    uses: org/actions/.github/workflows/docker-sweep.yml@v1
    with:
      labels: |
        environment=testing
      min-age: 0s
      host: \${{ vars.DOCKER }}
`;

const ready = act.path !== undefined && dockerEngine.path !== undefined;

describe.skipIf(!ready)(`docker-sweep.yml ${act.needs} ${dockerEngine.needs}`, () => {
  let daemon: Dockerd;
  beforeAll(async () => {
    daemon = await startDockerd();
  });
  afterAll(() => daemon[Symbol.asyncDispose]());

  test('removes leftovers of jobs and keeps production; fails if the daemon is unreachable', async () => {
    await using runner = await startRunner({ '.github/workflows/sweep.yml': CALLER });
    await daemon.importBusybox('app:production');
    await daemon.docker('create', '--name', 'shop', 'app:production', 'sleep', '60');
    await daemon.docker('volume', 'create', 'shop-data');
    await daemon.docker(
      'create',
      '--name',
      'left',
      '--label',
      'environment=testing',
      'app:production',
    );
    await daemon.docker('volume', 'create', '--label', 'environment=testing', 'left-data');

    const swept = await runner.run({ workflow: 'sweep.yml', variables: { DOCKER: daemon.host } });
    expect(swept.succeeded, swept.log).toBe(true);
    expect(await listAll(daemon)).toMatchObject({
      containers: ['shop'],
      volumes: ['shop-data'],
    });
    expect(swept.outputs).toMatchObject({ verdict: 'pass', removed: '2' });
    expect(swept.artifacts).toEqual({ 'docker-audit': ['docker-label-cleanup.json'] });

    const gone = await runner.run({
      workflow: 'sweep.yml',
      variables: { DOCKER: 'unix:///nowhere/docker.sock' },
    });
    expect(gone.succeeded, gone.log).toBe(false);
    expect(gone.outputs.verdict).toBe('unknown');
  });
});
