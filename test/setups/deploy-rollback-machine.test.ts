import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { runAction } from '@repo/testkit/runner/run-action';
import { selfHostedRunner } from '@repo/testkit/setups/runners';
import { expect } from 'vitest';
import { cell, isRootOnLinux, knownDefect } from './cell.ts';
import {
  action,
  deployPage,
  deployRelease,
  runMode,
  sha,
  startProduction,
} from './rollback/production.ts';

const [A, B, C, BAD] = ['a', 'b', 'c', 'f'].map(sha) as [string, string, string, string];

cell(
  'self-hosted',
  'restores the page of the last good release, and holds the next deploy',
  async () => {
    await using production = await startProduction('good 1');
    await using runners = await selfHostedRunner();
    await deployPage(await runners.startJob(), production, 'good 2', A);
    expect(await production.visit()).toBe('200 good 2');
    const failed = await deployPage(await runners.startJob(), production, 'bad', BAD);
    expect(failed.outcome, failed.log).toBe('failure');
    expect(await production.visit()).toBe('200 good 2');
    // The next job of another run deploys nothing until the environment is unfrozen.
    const held = await deployPage(await runners.startJob(), production, 'good 3', B);
    expect(held.outputs.result, held.log).toBe('frozen');
    expect(await production.visit()).toBe('200 good 2');
    await runMode(await runners.startJob(), 'unfreeze', B);
    await deployPage(await runners.startJob(), production, 'good 3', B);
    expect(await production.visit()).toBe('200 good 3');
  },
);

knownDefect(
  'self-hosted',
  'restores a folder of the workspace that production serves',
  'with base in the workspace, the snapshot after actions/checkout is of the new release',
  async () => {
    await using runners = await selfHostedRunner();
    const pages: string[] = [];
    for (const [page, revision] of [
      ['good', A],
      ['bad', BAD],
    ] as const) {
      const job = await runners.startJob();
      const site = join(job.workspace, 'site');
      // actions/checkout writes the new release into the folder that is served.
      mkdirSync(site, { recursive: true });
      writeFileSync(join(site, 'index.html'), page);
      const serve = () => readFileSync(join(site, 'index.html'), 'utf8');
      await deployRelease(job, {
        sha: revision,
        with: { strategies: '- files: {paths: [site]}' },
        deploy: () => {},
        visit: () => (serve() === 'good' ? '200 good' : '500 bad'),
      });
      pages.push(serve());
    }
    expect(pages).toEqual(['good', 'good']);
  },
);

knownDefect(
  'self-hosted',
  'does not call a restored release verified while its page fails',
  'without verify-url only the files are compared, and the result is "verified"',
  async () => {
    await using production = await startProduction('good');
    await using runners = await selfHostedRunner();
    await deployPage(await runners.startJob(), production, 'good', A);
    const failed = await deployRelease(await runners.startJob(), {
      sha: BAD,
      with: { strategies: production.strategies },
      deploy: () => {
        production.deploy('bad');
        production.breakDatabase();
      },
      visit: production.visit,
    });
    expect(await production.visit()).toBe('500 no database');
    expect(failed.log).not.toMatch(/Rolled back .*, verified/);
  },
);

knownDefect(
  'self-hosted',
  'a process that runs in the folder serves the restored page',
  'files replaces the inode of the folder, which breaks processes and bind mounts',
  async () => {
    await using production = await startProduction('good');
    await using runners = await selfHostedRunner();
    await deployPage(await runners.startJob(), production, 'good', A);
    // Like a container with this folder as a volume.
    const server = spawn(
      process.execPath,
      [
        '-e',
        `const fs = require('node:fs');
         const server = require('node:http').createServer((_, response) => {
           try { response.end(fs.readFileSync('./index.html')); }
           catch { response.writeHead(503).end('gone'); }
         });
         server.listen(0, '127.0.0.1', () => console.log(server.address().port));`,
      ],
      { cwd: join(production.folder, 'site'), stdio: ['ignore', 'pipe', 'inherit'] },
    );
    try {
      const [port] = await once(createInterface(server.stdout), 'line');
      await deployPage(await runners.startJob(), production, 'bad', BAD);
      const response = await fetch(`http://127.0.0.1:${port}/`);
      expect(`${response.status} ${await response.text()}`).toBe('200 good');
    } finally {
      server.kill('SIGKILL');
    }
  },
  { possible: process.platform !== 'win32' },
);

knownDefect(
  'self-hosted',
  'a second bad release within an hour does not stay live without a freeze',
  'the loop guard leaves the bad release live, and the environment is not frozen',
  async () => {
    await using production = await startProduction('good');
    await using runners = await selfHostedRunner();
    await deployPage(await runners.startJob(), production, 'good', A);
    await deployPage(await runners.startJob(), production, 'bad 1', BAD);
    await runMode(await runners.startJob(), 'unfreeze', A);
    await deployPage(await runners.startJob(), production, 'bad 2', C);
    const next = await runMode(await runners.startJob(), 'check', B);
    expect({ page: await production.visit(), next: next.outcome }).not.toEqual({
      page: '500 bad 2',
      next: 'success',
    });
  },
);

knownDefect(
  'self-hosted',
  'restores the good release again after a disk error',
  'a folder that cannot be replaced marks the good release bad',
  async () => {
    await using production = await startProduction('good');
    await using runners = await selfHostedRunner();
    await deployPage(await runners.startJob(), production, 'good', A);
    const site = join(production.folder, 'site');
    const job = await runners.startJob();
    await runMode(job, 'snapshot', BAD, { strategies: production.strategies });
    production.deploy('bad');
    // A mount point cannot be renamed: EBUSY.
    await using busy = await runAction({
      action,
      cwd: job.workspace,
      trackFiles: false,
      env: { HOME: job.home },
      github: { sha: BAD },
      launcher: ['unshare', '--mount', 'bash', '-c', 'mount --bind "$0" "$0" && exec "$@"', site],
      with: { strategies: production.strategies, 'max-rollbacks': '9 per 60m' },
    });
    expect(busy.outcome, busy.log).toBe('failure');
    await runMode(job, 'unfreeze', BAD);
    const again = await runMode(job, 'rollback', BAD, {
      strategies: production.strategies,
      'max-rollbacks': '9 per 60m',
    });
    expect(await production.visit(), again.log).toBe('200 good');
  },
  { possible: isRootOnLinux },
);

cell('first-ever', 'restores what ran before the first record', async () => {
  await using production = await startProduction('good, deployed by hand');
  await using runners = await selfHostedRunner();
  const failed = await deployPage(await runners.startJob(), production, 'bad', BAD);
  expect(failed.outcome, failed.log).toBe('failure');
  expect(await production.visit()).toBe('200 good, deployed by hand');
});

cell('first-ever', 'says that no snapshot exists, and changes nothing', async () => {
  await using production = await startProduction('bad');
  await using runners = await selfHostedRunner();
  const job = await runners.startJob();
  const failed = await runMode(job, 'rollback', BAD, { strategies: production.strategies });
  expect(failed.outcome).toBe('failure');
  expect(failed.log).toContain('Take a snapshot before each deploy, and mark good releases.');
  expect(await production.visit()).toBe('500 bad');
  const next = await deployPage(await runners.startJob(), production, 'good', A);
  expect(next.outcome, next.log).toBe('success');
  expect(await production.visit()).toBe('200 good');
});
