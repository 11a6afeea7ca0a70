import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Dockerd, dockerEngine, startDockerd } from '../real/dockerd.ts';
import { act, startRunner, workflowFile } from './act.ts';
import { createActionsTree } from './actions-tree.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** As in ci.yml: one job uploads the release tree, the called workflow uses it. */
const CALLER = `
on: workflow_dispatch
permissions: {}
jobs:
  build:
    runs-on: self-hosted
    steps:
      - uses: actions/upload-artifact@v7
        with: {name: release, path: '\${{ vars.RELEASE }}/*'}
  use:
    needs: build
    uses: ./.github/workflows/use-as-users.yml
    with: {runs-on: self-hosted, docker: true, docker-host: '\${{ vars.DOCKER }}'}
`;

const ready = act.path !== undefined && dockerEngine.path !== undefined;

describe.skipIf(!ready)(`use-as-users.yml ${act.needs} ${dockerEngine.needs}`, () => {
  let daemon: Dockerd;
  let release: string;
  beforeAll(async () => {
    daemon = await startDockerd();
    release = await mkdtemp(join(tmpdir(), 'release-'));
    await createActionsTree(root, release, 'unchanged');
  });
  afterAll(async () => {
    await daemon[Symbol.asyncDispose]();
    await rm(release, { recursive: true });
  });

  test('every action does its main job and fails when it should', async () => {
    await using runner = await startRunner({
      '.github/workflows/ci.yml': CALLER,
      '.github/workflows/use-as-users.yml': await workflowFile(
        '.github/workflows/use-as-users.yml',
      ),
    });
    const run = await runner.run({
      workflow: 'ci.yml',
      variables: { RELEASE: release, DOCKER: daemon.host },
    });
    expect(run.succeeded, run.log).toBe(true);
    expect(run.log).toContain('dead: failure fail');
    expect(await daemon.docker('volume', 'ls', '--quiet')).toBe('');
  });
});
