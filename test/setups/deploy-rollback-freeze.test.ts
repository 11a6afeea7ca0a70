import { linkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { selfHostedRunner } from '@repo/testkit/setups/runners';
import { expect } from 'vitest';
import { knownDefect } from './cell.ts';
import { deployPage, runMode, sha, startProduction } from './rollback/production.ts';

const [A, B, BAD] = ['a', 'b', 'f'].map(sha) as [string, string, string];

knownDefect(
  'self-hosted',
  'restores the page of a second bad release after unfreeze',
  'unfreeze does not reset the loop guard',
  async () => {
    await using production = await startProduction('good');
    await using runner = await selfHostedRunner();
    await deployPage(await runner.startJob(), production, 'good', A);
    await deployPage(await runner.startJob(), production, 'bad 1', BAD);
    await runMode(await runner.startJob(), 'unfreeze', BAD);
    const failed = await deployPage(await runner.startJob(), production, 'bad 2', B);
    expect(await production.visit(), failed.log).toBe('200 good');
  },
);

knownDefect(
  'self-hosted',
  'the fix is deployed while the bad release is held',
  'a freeze blocks every deploy, also one with other content',
  async () => {
    await using production = await startProduction('good');
    await using runner = await selfHostedRunner();
    await deployPage(await runner.startJob(), production, 'good', A);
    await deployPage(await runner.startJob(), production, 'bad', BAD);
    const fix = await deployPage(await runner.startJob(), production, 'good, fixed', B);
    expect(await production.visit(), fix.log).toBe('200 good, fixed');
  },
);

knownDefect(
  'odd-names',
  'keeps two names of one file, or refuses before the deploy',
  'hard links become separate files, and the result is "verified"',
  async () => {
    await using production = await startProduction('good');
    await using runner = await selfHostedRunner();
    const page = join(production.folder, 'site', 'index.html');
    const other = join(production.folder, 'site', 'start.html');
    linkSync(page, other);
    await deployPage(await runner.startJob(), production, 'bad', BAD);
    expect(await production.visit()).toBe('200 good');
    expect(statSync(other).ino).toBe(statSync(page).ino);
  },
  { possible: process.platform !== 'win32' },
);
