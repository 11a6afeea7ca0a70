import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { selfHostedRunner } from '@repo/testkit/setups/runners';
import { slowDisk } from '@repo/testkit/setups/slow-disk';
import { expect } from 'vitest';
import { cell, knownDefect } from './cell.ts';
import { deployPage, runMode, sha, startProduction } from './rollback/production.ts';

const [A, B, BAD] = ['a', 'b', 'f'].map(sha) as [string, string, string];
const YEAR_MS = 365 * 24 * 3_600_000;

/** Moves all times of a state folder, as if the clock had run (or was wrong) by this time. */
function shiftTimes(state: string, ms: number): void {
  for (const entry of readdirSync(state, { recursive: true, withFileTypes: true })) {
    if (!/\.jsonl?$/.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    const text = readFileSync(path, 'utf8').replace(
      /"(\w+Ms)":\s*(\d{13})/g,
      (_, name, at) => `"${name}":${Number(at) + ms}`,
    );
    writeFileSync(path, text);
  }
}

cell('after-a-year', 'restores a release of the last year', async () => {
  await using production = await startProduction('good 1');
  await using runner = await selfHostedRunner();
  const state = join(production.root, 'state');
  await deployPage(await runner.startJob(), production, 'good 2', A, { 'state-dir': state });
  shiftTimes(state, -YEAR_MS);
  const failed = await deployPage(await runner.startJob(), production, 'bad', BAD, {
    'state-dir': state,
  });
  expect(failed.outputs.result, failed.log).toBe('rolled-back');
  expect(await production.visit()).toBe('200 good 2');
});

cell(
  'after-a-year',
  'deploys nothing if the state has another format, and names the file',
  async () => {
    await using production = await startProduction('good 1');
    await using runner = await selfHostedRunner();
    const state = join(production.root, 'state');
    await deployPage(await runner.startJob(), production, 'good 2', A, { 'state-dir': state });
    const ledger = join(state, 'production', 'ledger.jsonl');
    appendFileSync(ledger, '{"event":"released","version":2}\n');
    const refused = await deployPage(await runner.startJob(), production, 'bad', BAD, {
      'state-dir': state,
    });
    expect(refused.log).toContain(`${ledger} has an invalid line`);
    expect(await production.visit()).toBe('200 good 2');
  },
);

knownDefect(
  'after-a-year',
  'rolls back although the clock was once wrong',
  'a future ledger entry blocks automatic rollbacks',
  async () => {
    await using production = await startProduction('good 1');
    await using runner = await selfHostedRunner();
    const state = join(production.root, 'state');
    const inputs = { 'state-dir': state };
    await deployPage(await runner.startJob(), production, 'good 2', A, inputs);
    await deployPage(await runner.startJob(), production, 'bad 1', BAD, inputs);
    await runMode(await runner.startJob(), 'unfreeze', A, inputs);
    // The clock was a year ahead.
    shiftTimes(state, YEAR_MS);
    const failed = await deployPage(await runner.startJob(), production, 'bad 2', B, inputs);
    expect(await production.visit(), failed.log).toBe('200 good 2');
  },
);

/** A site with many files of 3 kB. */
function addFiles(folder: string, count: number): void {
  for (let at = 0; at < count; at++) {
    const parent = join(folder, 'site', `part-${at % 100}`);
    if (at < 100) mkdirSync(parent, { recursive: true });
    writeFileSync(join(parent, `${at}.html`), `${at} `.repeat(3_000 / `${at} `.length));
  }
}

cell(
  'big',
  'restores a site of 1,000 files with little memory',
  async () => {
    await using production = await startProduction('good');
    addFiles(production.folder, 1_000);
    await using runner = await selfHostedRunner();
    const inputs = { strategies: production.strategies };
    const job = await runner.startJob();
    await runMode(job, 'snapshot', BAD, inputs);
    production.deploy('bad');
    const changed = join(production.folder, 'site', 'part-7', '907.html');
    writeFileSync(changed, 'bad');
    const back = await runMode(job, 'rollback', BAD, inputs, { measure: true });
    expect(back.outputs.result, back.log).toBe('rolled-back');
    expect(await production.visit()).toBe('200 good');
    expect(readFileSync(changed, 'utf8')).toMatch(/^907 907/);
    expect(back.maxRssBytes).toBeLessThan(300_000_000);
  },
  { timeoutMs: 180_000 },
);

knownDefect(
  'big',
  'takes a snapshot with at most three times the CPU time of tar',
  'a snapshot of many small files costs far more than tar cz',
  async () => {
    await using production = await startProduction('good');
    addFiles(production.folder, 2_000);
    await using runner = await selfHostedRunner();
    const job = await runner.startJob();
    const taken = await runMode(
      job,
      'snapshot',
      BAD,
      { strategies: production.strategies },
      { measure: true },
    );
    expect(taken.outcome, taken.log).toBe('success');
    // `times` prints the user and system time of the children in its second line.
    const script = 'tar cz -C "$1" site > "$2"; times';
    const args = ['-c', script, 'bash', production.folder, join(production.root, 'site.tgz')];
    const [, children = ''] = execFileSync('bash', args, { encoding: 'utf8' }).split('\n');
    const tarMs = [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
      (sum, [, minutes, seconds]) => sum + Number(minutes) * 60_000 + Number(seconds) * 1_000,
      0,
    );
    const startMs = 500;
    expect(taken.cpuMs).toBeLessThan(startMs + 3 * tarMs);
  },
  { possible: process.platform === 'linux', timeoutMs: 180_000 },
);

cell('slow-disk', 'restores the page of the last good release', async () => {
  await using production = await startProduction('good 1');
  await using runner = await selfHostedRunner(slowDisk(10));
  await deployPage(await runner.startJob(), production, 'good 2', A);
  expect(await production.visit()).toBe('200 good 2');
  const failed = await deployPage(await runner.startJob(), production, 'bad', BAD);
  expect(failed.outputs.result, failed.log).toBe('rolled-back');
  expect(await production.visit()).toBe('200 good 2');
});

/** The variables of a run that is killed (-9) at its n-th change of the disk below a folder. */
function killedAt(at: number, folder: string) {
  const preload = new URL('../e2e/rollback/kill-at-write.mjs', import.meta.url);
  const values = { folder: `${folder}/`, at, moment: 'before', into: join(folder, 'writes') };
  for (const [name, value] of Object.entries(values)) preload.searchParams.set(name, String(value));
  return { NODE_OPTIONS: `--import ${preload.href}` };
}

cell(
  'killed',
  'the page is whole after kill -9, and the next run restores it',
  async () => {
    for (const at of [4, 16]) {
      await using production = await startProduction('good 1');
      await using runner = await selfHostedRunner();
      const inputs = {
        strategies: production.strategies,
        'state-dir': join(production.root, 'state'),
      };
      await deployPage(await runner.startJob(), production, 'good 2', A, inputs);
      await runMode(await runner.startJob(), 'snapshot', BAD, inputs);
      production.deploy('bad');
      const env = killedAt(at, production.root);
      const killed = await runMode(await runner.startJob(), 'rollback', BAD, inputs, { env });
      expect(killed.signal, killed.log).toBe('SIGKILL');
      expect(['200 good 2', '500 bad']).toContain(await production.visit());
      const next = await runMode(await runner.startJob(), 'rollback', BAD, inputs);
      expect(await production.visit(), next.log).toBe('200 good 2');
    }
  },
  { possible: process.platform === 'linux', timeoutMs: 120_000 },
);

knownDefect(
  'killed',
  'the next deploy says that the previous one did not finish',
  'a deploy that was killed is not mentioned by the next run',
  async () => {
    await using production = await startProduction('good 1');
    await using runner = await selfHostedRunner();
    await deployPage(await runner.startJob(), production, 'good 2', A);
    const inputs = { strategies: production.strategies };
    // The machine loses its power in the middle of the deploy.
    await runMode(await runner.startJob(), 'snapshot', BAD, inputs);
    production.deploy('bad');
    const next = await runMode(await runner.startJob(), 'snapshot', B, inputs);
    expect(next.log).toMatch(/fffffff (?:did not finish|was never marked)/);
  },
);
