import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { act, startRunner } from './act.ts';
import { startReleaseRunner } from './release-repository.ts';

describe.skipIf(act.path === undefined)(`the release workflow ${act.needs}`, () => {
  test('publishes a candidate that moves no tag, then the version with moved tags and a mirror', async () => {
    await using runner = await startReleaseRunner();
    const { programs } = runner;
    const mirror = join(runner.folder, '../mirror.git');
    execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', mirror]);
    const redirect = `url.${mirror}.insteadOf`;
    runner.git('config', '--global', redirect, 'https://github.com/octo-org/ping.git');
    const variables = {
      MIRRORS: JSON.stringify([{ action: 'ping', owner: 'octo-org', name: 'ping' }]),
    };
    const release = async (version: string) => {
      await runner.commit({
        'packages/core/src/action/version.ts': `export const version = '${version}';\n`,
      });
      return runner.run({ workflow: 'release.yml', inputs: { version }, variables, programs });
    };

    const candidate = await release('1.2.0-rc.1');
    expect(candidate.succeeded, candidate.log).toBe(true);
    expect(candidate.log).toContain('--prerelease=true --title v1.2.0-rc.1');
    expect(Object.keys(runner.tags())).toEqual(['v1.2.0-rc.1']);
    expect(Object.keys(runner.tags(mirror))).toEqual(['v1.2.0-rc.1']);

    const final = await release('1.2.0');
    expect(final.succeeded, final.log).toBe(true);
    expect(final.log).toContain('--prerelease=false --title v1.2.0');
    const tags = runner.tags();
    expect(Object.keys(tags)).toEqual(['v1', 'v1.2', 'v1.2.0', 'v1.2.0-rc.1']);
    expect([tags.v1, tags['v1.2']]).toEqual([tags['v1.2.0'], tags['v1.2.0']]);
    expect(final.artifacts).toEqual({
      'release-arm64': ['build.json', 'release.bundle', 'sbom.spdx.json'],
      'release-x64': ['build.json', 'release.bundle', 'sbom.spdx.json'],
    });
    // The order of what cannot be taken back.
    const order = ['attested: ', `v1.2.0 → ${tags.v1}`, 'gh release create', `v1 → ${tags.v1}`];
    const positions = order.map((text) => final.log.indexOf(text));
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    expect(positions).not.toContain(-1);
    expect(final.log).toMatch(/attested: [0-9a-f]{64} {2}actions-1\.2\.0\.tar/);

    const mirrored = runner.tags(mirror);
    expect(Object.keys(mirrored)).toEqual(['v1', 'v1.2', 'v1.2.0', 'v1.2.0-rc.1']);
    expect(final.log).toMatch(/attested: [0-9a-f]{64} {2}ping-1\.2\.0\.tar/);
    expect(final.log).toContain('gh release create v1.2.0 --repo octo-org/ping');
  });

  test('the action at the root of a release fails with the list of the actions', async () => {
    const steps = 'steps: [{ uses: org/actions@v1 }]';
    await using runner = await startRunner({
      '.github/workflows/root.yml': `on: workflow_dispatch\njobs: { root: { runs-on: ubuntu-latest, ${steps} } }\n`,
    });
    const run = await runner.run({ workflow: 'root.yml' });
    expect(run.succeeded).toBe(false);
    expect(run.log).toContain('title=This repository contains several actions::Name one of its');
    expect(run.log).toMatch(/health-check {3,}Waits until pages, databases/);
    expect(run.log).toMatch(/guarded-deploy {3,}Deploys a release/);
  });

  test('pushes nothing if the builds differ', async () => {
    await using runner = await startReleaseRunner();
    const run = await runner.run({
      workflow: 'release.yml',
      inputs: { version: '1.2.0' },
      env: { BUILDS: 'different' },
      programs: runner.programs,
    });
    expect(run.succeeded).toBe(false);
    expect(run.jobs).toMatchObject({ build: 'success', publish: 'failure' });
    expect(run.steps['publish › Compare both builds']).toBe('failure');
    expect(run.log).toContain('ping/dist/index.js');
    expect(run.log).not.toContain('attested: ');
    expect(runner.tags()).toEqual({});
  });
});
