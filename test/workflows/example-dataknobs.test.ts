import { mkdir, mkdtemp, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { describe, expect, test } from 'vitest';
import { act, startRunner, workflowFile } from './act.ts';

const WORKFLOWS = 'examples/dataknobs/.github/workflows';

/** Retargets pytest-benchmark: each package contains the duration of its tests in milliseconds. */
const PYTEST = `#!/usr/bin/env node
const { readFileSync, writeFileSync } = require('node:fs');
const cost = Number(readFileSync(process.argv[2] + '/cost', 'utf8'));
const data = Array.from({ length: 20 }, () => (cost / 1000) * (1 + Math.random() / 50));
const stats = { data, min: Math.min(...data), rounds: 20, iterations: 1 };
const one = (name) => ({ name, fullname: name, group: null, param: null, params: null, extra_info: {}, options: {}, stats });
writeFileSync('bench.json', JSON.stringify({ machine_info: {}, commit_info: {}, version: '5.1.0', datetime: new Date().toISOString(), benchmarks: [one('test_merge'), one('test_split')] }));
`;

describe.skipIf(act.path === undefined)(`Dataknobs ${act.needs}`, () => {
  test('reports a package that cannot be imported and a slower package separately', async () => {
    const programs = await mkdtemp(join(tmpdir(), 'programs-'));
    await writeFile(join(programs, 'pytest'), PYTEST, { mode: 0o755 });
    try {
      await using runner = await startRunner(
        {
          '.github/workflows/ci.yml': await workflowFile(`${WORKFLOWS}/ci.yml`),
          'scripts/check_imports.py': 'print("all import")\n',
          'scripts/check_versions.py': 'print("1.2.3")\n',
          'packages/structures/tests/performance/cost': '20',
          'packages/utils/tests/performance/cost': '20',
        },
        { 'README.md': 'a change' },
      );
      const good = await runner.run({ workflow: 'ci.yml', event: 'push', programs });
      expect(good.succeeded, good.log).toBe(true);

      await runner.commit({
        'scripts/check_imports.py': 'import no_such_package\n',
        'packages/utils/tests/performance/cost': '30',
      });
      const bad = await runner.run({ workflow: 'ci.yml', event: 'push', programs });
      expect(bad.succeeded, bad.log).toBe(false);
      expect(bad.log).toMatch(/packages import: unhealthy/);
      expect(bad.log).toMatch(/ModuleNotFoundError/);
      // One of the two packages is slower.
      expect(bad.log).toMatch(/set-output:: regressions=2/);
      expect(bad.log.match(/\[compare\] 🏁 {2}Job (succeeded|failed)/g)?.sort()).toEqual([
        '[compare] 🏁  Job failed',
        '[compare] 🏁  Job succeeded',
      ]);
    } finally {
      await rm(programs, { recursive: true });
    }
  });

  test('rolls back an unhealthy release in staging and does not deploy it to production', async () => {
    const machine = await mkdtemp(join(tmpdir(), 'machine-'));
    const targets = ['staging', 'production/eu', 'production/us'];
    for (const target of targets) {
      await mkdir(join(machine, target, 'releases/zero'), { recursive: true });
      await writeFile(join(machine, target, 'releases/zero/health'), 'healthy zero');
      await symlink('releases/zero', join(machine, target, 'current'));
    }
    await using server = await startHttpServer({
      script: async ({ request, response }) => {
        const path = request.path.replace(/\/health$/, '/current/health').slice(1);
        const text = await readFile(join(machine, path), 'utf8').catch(() => '');
        response.writeHead(text.startsWith('healthy') ? 200 : 503).end(text);
      },
    });
    const deploy = `#!/bin/bash
set -eu
name=$(cut -d' ' -f2 health)
mkdir -p "$1/releases/$name" && cp health "$1/releases/$name/"
ln -s "releases/$name" "$1/next" && mv -T "$1/next" "$1/current"
`;
    const current = (target: string) => readlink(join(machine, target, 'current'));
    try {
      await using runner = await startRunner({
        '.github/workflows/deploy.yml': await workflowFile(`${WORKFLOWS}/deploy.yml`),
        'deploy.sh': deploy,
        health: 'healthy one',
      });
      const run = () =>
        runner.run({
          workflow: 'deploy.yml',
          variables: {
            STATE: join(machine, 'state'),
            STAGING: join(machine, 'staging'),
            STAGING_URL: `${server.url}/staging`,
            PRODUCTION: join(machine, 'production'),
            PRODUCTION_URL: `${server.url}/production`,
            DEADLINE: '3s',
          },
        });
      const good = await run();
      expect(good.succeeded, good.log).toBe(true);
      for (const target of targets) expect(await current(target)).toMatch(/one$/);

      await runner.commit({ health: 'unhealthy two' });
      const unhealthy = await run();
      expect(unhealthy.succeeded, unhealthy.log).toBe(false);
      for (const target of targets) expect(await current(target), unhealthy.log).toMatch(/one$/);
      expect(unhealthy.outputs.result).toBe('rolled-back');
    } finally {
      await rm(machine, { recursive: true });
    }
  });
});
