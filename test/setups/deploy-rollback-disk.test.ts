import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { smallDisk } from '@repo/testkit/setups/disk';
import { selfHostedRunner } from '@repo/testkit/setups/runners';
import { plainUser } from '@repo/testkit/setups/user';
import { expect } from 'vitest';
import { cell, isRootOnLinux, knownDefect } from './cell.ts';
import { deployPage, deployRelease, runMode, sha, startProduction } from './rollback/production.ts';

const [A, BAD] = ['a', 'f'].map(sha) as [string, string];
const USER = 65_534;

/** Makes everything below a folder of this user. */
function chownAll(folder: string, id: number): void {
  chownSync(folder, id, id);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) chownAll(path, id);
    else chownSync(path, id, id);
  }
}

cell(
  'plain-user',
  'restores the page with a state folder of the user, and its umask does not hide the page',
  async () => {
    await using production = await startProduction('good');
    chmodSync(production.root, 0o755);
    chownAll(join(production.root, 'srv'), USER);
    const state = join(production.root, 'state');
    mkdirSync(state);
    chownSync(state, USER, USER);
    await using runners = await selfHostedRunner(plainUser('077'));
    const results: (string | undefined)[] = [];
    for (const page of ['good', 'bad']) {
      const job = await runners.startJob();
      results.push(
        (await deployPage(job, production, page, page === 'bad' ? BAD : A, { 'state-dir': state }))
          .outputs.result,
      );
      chownAll(join(production.root, 'srv'), USER);
    }
    expect(results).toEqual(['done', 'rolled-back']);
    expect(await production.visit()).toBe('200 good');
    const page = join(production.folder, 'site', 'index.html');
    expect(statSync(page).mode & 0o777).toBe(0o644);
  },
  { possible: isRootOnLinux },
);

cell(
  'plain-user',
  'deploys nothing if the home folder is read-only',
  async () => {
    await using production = await startProduction('good');
    chmodSync(production.root, 0o755);
    chownAll(join(production.root, 'srv'), USER);
    await using runners = await selfHostedRunner(plainUser());
    const refused = await deployPage(await runners.startJob(), production, 'bad', BAD);
    expect(refused.outcome).toBe('failure');
    expect(refused.log).toMatch(/\.deploy-rollback.*(EACCES|permission|not writable)/);
    expect(await production.visit()).toBe('200 good');
  },
  { possible: isRootOnLinux },
);

knownDefect(
  'plain-user',
  'keeps the owner of a file, or refuses before the deploy',
  'the owners of files are lost if the runner is not root',
  async () => {
    await using production = await startProduction('good');
    chmodSync(production.root, 0o755);
    chownAll(join(production.root, 'srv'), USER);
    const page = join(production.folder, 'site', 'index.html');
    // The file of another user, which the runner may read and replace.
    chownSync(page, 1_234, 1_234);
    const state = join(production.root, 'state');
    mkdirSync(state);
    chownSync(state, USER, USER);
    await using runners = await selfHostedRunner(plainUser());
    const deployed = await deployPage(await runners.startJob(), production, 'bad', BAD, {
      'state-dir': state,
    });
    expect(await production.visit(), deployed.log).toBe('200 good');
    expect(statSync(page).uid).toBe(1_234);
  },
  { possible: isRootOnLinux },
);

const ODD = ['a b', "it's", '~', '$HOME', '-rf', 'line\nbreak', 'ü', `${'long-'.repeat(50)}`];

cell(
  'odd-names',
  'restores files with spaces, newlines and long names',
  async () => {
    await using production = await startProduction('good');
    await using runners = await selfHostedRunner();
    const deep = join(production.folder, 'site', 'd'.repeat(100), 'e'.repeat(100), 'f'.repeat(100));
    mkdirSync(deep, { recursive: true });
    const names = ODD.map((name) => join(deep, name));
    for (const name of names) writeFileSync(name, 'good');
    const failed = await deployRelease(await runners.startJob(), {
      sha: BAD,
      with: { strategies: production.strategies },
      deploy: () => {
        production.deploy('bad');
        for (const name of names) writeFileSync(name, 'bad');
      },
      visit: production.visit,
    });
    expect(failed.outputs.result, failed.log).toBe('rolled-back');
    expect(names.map((name) => readFileSync(name, 'utf8'))).toEqual(names.map(() => 'good'));
    expect(readdirSync(deep)).toHaveLength(ODD.length);
  },
  { possible: process.platform === 'linux' },
);

knownDefect(
  'odd-names',
  'keeps a file whose name is not UTF-8, or refuses before the deploy',
  'files with names that are not UTF-8 are lost, and the result is "verified"',
  async () => {
    await using production = await startProduction('good');
    await using runners = await selfHostedRunner();
    const folder = join(production.folder, 'site');
    const name = Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.from([0xe9])]);
    writeFileSync(name, 'good');
    await deployPage(await runners.startJob(), production, 'bad', BAD);
    expect(await production.visit()).toBe('200 good');
    expect(existsSync(name)).toBe(true);
  },
  { possible: process.platform === 'linux' },
);

cell(
  'full-disk',
  'deploys nothing if the snapshot does not fit',
  async () => {
    await using production = await startProduction('good');
    writeFileSync(join(production.folder, 'site', 'large'), Buffer.alloc(3_000_000));
    const state = join(production.root, 'state');
    await using runners = await selfHostedRunner(smallDisk(state, 1_000_000));
    const refused = await deployPage(await runners.startJob(), production, 'bad', BAD, {
      'state-dir': state,
    });
    expect(refused.outcome).toBe('failure');
    expect(refused.log).toMatch(/Free space on the disk/);
    expect(await production.visit()).toBe('200 good');
  },
  { possible: isRootOnLinux },
);

knownDefect(
  'full-disk',
  'reports a rollback if the disk of the state is full at its end',
  'a full state disk leaves the outputs empty',
  async () => {
    await using production = await startProduction('good');
    const state = join(production.root, 'state');
    await using runner = await selfHostedRunner();
    await deployPage(await runner.startJob(), production, 'good', A, { 'state-dir': state });
    const inputs = { strategies: production.strategies, 'state-dir': state };
    await runMode(await runner.startJob(), 'snapshot', BAD, inputs);
    production.deploy('bad');
    await using full = await selfHostedRunner(smallDisk(state, 1_000_000));
    const failed = await runMode(await full.startJob(), 'rollback', BAD, {
      ...inputs,
      // Fills the disk after the restore.
      'verify-command': `bash -c "cat /dev/zero > ${join(state, 'filler')} || true"`,
    });
    expect(await production.visit(), failed.log).toBe('200 good');
    expect(failed.outputs.result, failed.log).toBeDefined();
  },
  { possible: isRootOnLinux },
);
