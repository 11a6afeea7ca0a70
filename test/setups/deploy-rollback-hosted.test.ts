import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rerun, schedule } from '@repo/testkit/setups/events';
import { hostedRunners } from '@repo/testkit/setups/runners';
import { expect } from 'vitest';
import { cell, knownDefect } from './cell.ts';
import { RESET, startBranchSite } from './rollback/branch-site.ts';
import { deployRelease, runMode, sha, startProduction } from './rollback/production.ts';

const [A, BAD] = ['a', 'f'].map(sha) as [string, string];

cell('hosted', 'restores the live branch, and a later job can roll back by hand', async () => {
  await using site = await startBranchSite();
  await using runners = await hostedRunners(site.context);
  const first = site.commit('good 1');
  await site.deployBy(await site.startJob(runners, first, { run_id: '1' }), first);
  site.github.advance(60_000);
  const second = site.commit('good 2');
  await site.deployBy(await site.startJob(runners, second, { run_id: '2' }), second);
  expect(await site.visit()).toBe('200 good 2');
  site.github.advance(60_000);
  const bad = site.commit('bad');
  const job = await site.startJob(runners, bad, { run_id: '3' });
  const failed = await site.deployBy(job, bad);
  expect(failed.outputs.result, failed.log).toBe('rolled-back');
  expect(await site.visit()).toBe('200 good 2');
  await job.end();
  site.github.advance(60_000);
  // Other machines: the freeze holds, and a person goes further back.
  const later = await site.startJob(runners, bad, { run_id: '4' });
  const held = await runMode(later, 'check', bad, { ledger: 'github' });
  expect(held.outputs.result, held.log).toBe('frozen');
  await later.end();
  const byHand = await site.startJob(runners, bad, { run_id: '5' });
  const inputs = { strategies: RESET, 'bad-release': 'running', target: first };
  const back = await runMode(byHand, 'rollback', bad, inputs);
  expect(back.outputs.result, back.log).toBe('rolled-back');
  expect(await site.visit()).toBe('200 good 1');
});

/** Deploys the folder `site` of the workspace to production, as by rsync. Returns the last result. */
async function deployFolder(strategies: string, path: string) {
  await using production = await startProduction('good');
  await using runners = await hostedRunners();
  let result = '';
  for (const [page, revision] of [
    ['good', A],
    ['bad', BAD],
  ] as const) {
    const job = await runners.startJob({ run_id: revision.slice(0, 1) });
    mkdirSync(join(job.workspace, 'site'), { recursive: true });
    writeFileSync(join(job.workspace, path), page);
    const last = await deployRelease(job, {
      sha: revision,
      with: { strategies },
      deploy: () => production.deploy(page),
      visit: production.visit,
    });
    result = last.outputs.result ?? '';
    await job.end();
  }
  return { result, page: await production.visit() };
}

knownDefect(
  'hosted',
  'does not report a rollback while production serves the bad release',
  'the folder of the runner is restored instead of production',
  async () => {
    const seen = await deployFolder('- files: {paths: [site]}', 'site/index.html');
    expect(seen).not.toEqual({ result: 'rolled-back', page: '500 bad' });
  },
);

knownDefect(
  'hosted',
  'does not report a rollback of a folder that is not on this machine',
  'a path that does not exist on the runner counts as restored',
  async () => {
    const seen = await deployFolder('- files: {paths: [public]}', 'site/index.html');
    expect(seen).not.toEqual({ result: 'rolled-back', page: '500 bad' });
  },
);

knownDefect(
  'hosted',
  'a later job restores what a command has captured',
  'the output of capture is lost with the machine, so a rollback by hand is not possible',
  async () => {
    await using site = await startBranchSite();
    await using production = await startProduction('good 1');
    await using runners = await hostedRunners(site.context);
    const file = join(production.folder, 'site', 'index.html');
    // A platform whose current release is read and set by a command.
    const strategies = `- command:
    capture: [cat, ${file}]
    apply: [node, -e, 'require("fs").writeFileSync(process.argv[1], process.argv[2])', ${file}, '{captured}']
    identify: [cat, ${file}]
    expect: '{captured}'`;
    for (const page of ['good 2', 'good 3']) {
      const revision = site.commit(page);
      const job = await site.startJob(runners, revision, { run_id: page.slice(-1) });
      const last = await deployRelease(job, {
        sha: revision,
        with: { strategies, ledger: 'github' },
        deploy: () => production.deploy(page),
        visit: production.visit,
      });
      expect(last.outcome, last.log).toBe('success');
      await job.end();
      site.github.advance(60_000);
    }
    const head = site.commit('later');
    const job = await site.startJob(runners, head, { run_id: '9' });
    const inputs = { strategies, ledger: 'github', 'bad-release': 'running' };
    const back = await runMode(job, 'rollback', head, inputs);
    expect(await production.visit(), back.log).toBe('200 good 2');
  },
  { possible: process.platform !== 'win32' },
);

cell('rerun', 'attempt 2 of a rolled-back deploy is held on another machine', async () => {
  await using site = await startBranchSite();
  await using runners = await hostedRunners(site.context);
  const good = site.commit('good 1');
  await site.deployBy(await site.startJob(runners, good, { run_id: '1' }), good);
  site.github.advance(60_000);
  const bad = site.commit('bad');
  await site.deployBy(await site.startJob(runners, bad, { run_id: '2' }), bad);
  await using again = await hostedRunners(site.context, rerun());
  const second = await site.deployBy(await site.startJob(again, bad, { run_id: '2' }), bad);
  expect(second.outputs.result, second.log).toBe('frozen');
  expect(await site.visit()).toBe('200 good 1');
});

cell('schedule', 'a monitor rolls back what runs once, and not a second time', async () => {
  await using site = await startBranchSite();
  await using runners = await hostedRunners(site.context);
  for (const page of ['good 1', 'good 2', 'good until the night']) {
    const revision = site.commit(page);
    await site.deployBy(
      await site.startJob(runners, revision, { run_id: page.slice(-1) }),
      revision,
    );
    site.github.advance(60_000);
  }
  // Hours later, by the default branch, without the payload of a push.
  site.github.advance(9 * 3_600_000);
  await using nightly = await hostedRunners(site.context, schedule());
  const inputs = { strategies: RESET, 'bad-release': 'running', 'max-rollbacks': '5 per 60m' };
  const merged = site.commit('not deployed yet');
  const job = await site.startJob(nightly, merged, { run_id: '7' });
  const back = await runMode(job, 'rollback', merged, inputs);
  expect(back.outputs.result, back.log).toBe('rolled-back');
  expect(await site.visit()).toBe('200 good 2');
  site.github.advance(3_600_000);
  const next = await site.startJob(nightly, merged, { run_id: '8' });
  const again = await runMode(next, 'rollback', merged, inputs);
  expect(again.outputs.result, again.log).toBe('loop-guard');
  expect(await site.visit()).toBe('200 good 2');
});
