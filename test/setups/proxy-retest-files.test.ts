import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commit, git } from '@repo/testkit/git/repository';
import { smallDisk } from '@repo/testkit/setups/disk';
import { hostedRunners, selfHostedRunner } from '@repo/testkit/setups/runners';
import { plainUser } from '@repo/testkit/setups/user';
import { expect } from 'vitest';
import { listText, record } from '../e2e/proxy/testbed.ts';
import { cell, isRootOnLinux, knownDefect } from './cell.ts';
import { checkOut, checkOutAndRetest, retest, startSite } from './proxy/site.ts';

const root = { possible: isRootOnLinux };
const FILES_ONLY = { commit: 'false' };

/** A folder that a test shares with an action of another user. */
async function startFolder() {
  const path = await mkdtemp(join(tmpdir(), 'site-'));
  return {
    path,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 3 }),
  };
}

/** Whether each record of a list works. */
async function readStatus(path: string): Promise<readonly boolean[]> {
  const records: readonly { is_working: boolean }[] = JSON.parse(await readFile(path, 'utf8'));
  return records.map(({ is_working }) => is_working);
}

cell(
  'plain-user',
  'updates a list with a HOME that it cannot write to, and fails for a read-only folder',
  async () => {
    await using site = await startSite();
    await using runners = await selfHostedRunner(plainUser());
    const job = await runners.startJob();
    const list = join(job.workspace, 'proxies.json');
    const text = listText(site.links.map((link) => record(link)));
    await writeFile(list, text);
    const result = await retest(site, job, FILES_ONLY);
    expect(result.outcome, result.log).toBe('success');
    expect(await readStatus(list)).toEqual([true, false]);
    const folder = join(job.home, 'www');
    await mkdir(folder);
    await writeFile(join(folder, 'proxies.json'), text);
    const refused = await retest(site, job, { ...FILES_ONLY, list: join(folder, 'proxies.json') });
    expect(refused.outcome, refused.log).toBe('failure');
    expect(refused.log).not.toMatch(/This is a bug/);
    expect(await readdir(folder)).toEqual(['proxies.json']);
    expect(await readFile(join(folder, 'proxies.json'), 'utf8')).toBe(text);
  },
  root,
);

knownDefect(
  'plain-user',
  'keeps the list readable for the web server',
  'with umask 077 the new list loses the permissions of the old one',
  async () => {
    await using site = await startSite();
    await using runners = await selfHostedRunner(plainUser('077'));
    const job = await runners.startJob();
    const list = join(job.workspace, 'proxies.json');
    await writeFile(list, listText(site.links.map((link) => record(link))));
    await chmod(list, 0o644);
    const result = await retest(site, job, FILES_ONLY);
    expect(await readStatus(list), result.log).toEqual([true, false]);
    expect((await stat(list)).mode & 0o777).toBe(0o644);
  },
  root,
);

cell('odd-names', 'publishes a list with spaces, quotes, ~ and $() in its path', async () => {
  const odd = `~a b/größe;$(id)'"#.json`;
  await using site = await startSite();
  const clone = site.repository.clone();
  commit(clone, { [odd]: listText(site.links.map((link) => record(link))) });
  git(clone, 'push', '--quiet');
  await using runners = await hostedRunners();
  const result = await checkOutAndRetest(site, await runners.startJob(), { list: odd });
  expect(result.outcome, result.log).toBe('success');
  expect(site.serveStatus(odd)).toEqual([true, false]);
  expect(site.serveStatus()).toEqual([true, true]);
  const outside = await checkOutAndRetest(site, await runners.startJob(), { list: `${odd}.none` });
  expect(outside.outcome, outside.log).toBe('failure');
  expect(site.commits()).toBe(3);
});

knownDefect(
  'odd-names',
  'explains that the name of the list leaves no room for the name of its history',
  'a name that is too long is reported as a bug',
  async () => {
    await using site = await startSite();
    await using runners = await hostedRunners();
    const job = await runners.startJob();
    const list = `${'n'.repeat(250)}.txt`;
    await writeFile(join(job.workspace, list), `${site.links.join('\n')}\n`);
    const result = await retest(site, job, { ...FILES_ONLY, list });
    expect(result.log).not.toMatch(/This is a bug/);
  },
);

/** Retests a list on a disk without free space, and expects the list unchanged. */
async function retestOnFullDisk(): Promise<string> {
  await using site = await startSite();
  await using folder = await startFolder();
  const disk = join(folder.path, 'disk');
  await mkdir(disk);
  const text = listText(site.links.map((link) => record(link)));
  await writeFile(join(disk, 'proxies.json'), text);
  await writeFile(join(disk, 'filler'), Buffer.alloc(4096));
  await using runners = await hostedRunners(smallDisk(disk, 8192));
  const list = join(disk, 'proxies.json');
  const result = await retest(site, await runners.startJob(), { ...FILES_ONLY, list });
  expect(result.outcome, result.log).toBe('failure');
  expect(await readFile(join(`${disk}.after`, 'proxies.json'), 'utf8')).toBe(text);
  await using healthy = await hostedRunners();
  const next = await retest(site, await healthy.startJob(), { ...FILES_ONLY, list });
  expect(next.outcome, next.log).toBe('success');
  expect(await readStatus(list)).toEqual([true, false]);
  return result.log;
}

cell(
  'full-disk',
  'keeps the list whole, fails, and the next run publishes',
  async () => {
    expect(await retestOnFullDisk()).toMatch(/ENOSPC/);
  },
  root,
);

knownDefect(
  'full-disk',
  'names the disk and not a bug of the action',
  'a full disk while the journal is written is reported as a bug',
  async () => {
    expect(await retestOnFullDisk()).not.toMatch(/This is a bug/);
  },
  root,
);

cell(
  'killed',
  'a kill in the middle publishes nothing; the next run on main publishes',
  async () => {
    await using site = await startSite();
    const hung = await site.testbed.proxy({ protocol: 'http', fault: { kind: 'hang' } });
    const clone = site.repository.clone();
    const links = [...site.links, `http://127.0.0.1:${hung.port}`];
    commit(clone, { 'proxies.json': listText(links.map((link) => record(link))) });
    git(clone, 'push', '--quiet');
    await using runners = await selfHostedRunner();
    const job = await runners.startJob();
    checkOut(site, job);
    const killed = await retest(
      site,
      job,
      { 'handshake-timeout': '30s', 'total-timeout': '60s' },
      { cancel: { when: /tested$/ }, patience: { afterInterrupt: 0, afterTerminate: 0 } },
    );
    expect(killed.signal).toBe('SIGKILL');
    expect(await readStatus(join(job.workspace, 'proxies.json'))).toEqual([true, true, true]);
    expect(site.serveStatus()).toEqual([true, true, true]);
    const next = await checkOutAndRetest(site, await runners.startJob(), {
      'handshake-timeout': '300ms',
      'min-retain-ratio': '0',
    });
    expect(next.outcome, next.log).toBe('success');
    expect(site.serveStatus()).toEqual([true, false, false]);
  },
);
