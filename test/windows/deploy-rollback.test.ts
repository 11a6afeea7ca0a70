import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { inheritedVariables } from '@repo/testkit/runner/job-context';
import { startNode } from '@repo/testkit/runner/start-node';
import { afterEach, beforeEach, expect } from 'vitest';
import { type Site, sha, startSite } from '../e2e/rollback/site.ts';
import { cell } from '../setups/cell.ts';

const [A, B, BAD] = [sha('a'), sha('b'), sha('f')];

let site: Site;
beforeEach(async () => {
  site = await startSite();
});
afterEach(() => site[Symbol.asyncDispose]());

/** A healthy release B, then a bad one. */
async function deployBad(): Promise<void> {
  site.deploy(A);
  await site.release(B);
  await site.release(BAD, 'none');
}

/** The variables of a run that has a file open. `flags` is an expression in the open call of Node. */
function holding(file: string, flags: string): Readonly<Record<string, string>> {
  const preload = join(site.root, 'hold.cjs');
  writeFileSync(preload, `require('node:fs').openSync(process.env.HELD_FILE, ${flags});`);
  return { NODE_OPTIONS: `--require ${preload}`, HELD_FILE: file };
}

/** Opens a file as programs of Windows do that share it with no other program. */
const EXCLUSIVE = `require('node:fs').constants.O_RDWR | 0x10000000`;

const drafts = () => readdirSync(site.workspace).filter((name) => name.startsWith('.deploy'));

cell('windows', 'the site serves the good release after a failed deploy', async () => {
  site.deploy(A);
  await site.release(B);
  await using result = await site.run(
    BAD,
    { mode: 'guard', 'verify-url': site.url, 'expect-identity': 'version={sha}' },
    {
      laterSteps: () => {
        site.deploy(BAD);
        return 'failure';
      },
    },
  );
  expect(result.post?.outputs, result.post?.log).toMatchObject({ result: 'rolled-back', to: B });
  expect(await (await fetch(site.url)).json()).toEqual({ version: B });
  expect([site.runs(), drafts()]).toEqual(['bb', []]);
});

cell('windows', 'files that are read-only or open are restored', async () => {
  await deployBad();
  chmodSync(join(site.workspace, 'version.txt'), 0o444);
  await using result = await site.run(
    BAD,
    {},
    { env: holding(join(site.workspace, 'version.txt'), `'r'`) },
  );
  expect(result.outputs, result.log).toMatchObject({ result: 'rolled-back', to: B });
  expect([site.runs(), drafts()]).toEqual(['bb', []]);
});

cell('windows', 'a read-only file is read-only after the restore', async () => {
  const version = join(site.workspace, 'version.txt');
  site.deploy(A);
  chmodSync(version, 0o444);
  await using kept = await site.run(BAD, { mode: 'snapshot' });
  expect(kept.exitCode, kept.log).toBe(0);
  chmodSync(version, 0o666);
  site.deploy(BAD);
  await using result = await site.run(BAD, {});
  expect(result.outputs.result, result.log).toBe('rolled-back');
  expect([site.runs(), statSync(version).mode & 0o222]).toEqual(['aa', 0]);
});

cell(
  'windows',
  'a file that another program locks stops the rollback before anything is changed',
  async () => {
    await deployBad();
    const locked = join(site.workspace, 'config', 'app.toml');
    await using result = await site.run(BAD, {}, { env: holding(locked, EXCLUSIVE) });
    expect(result.outputs, result.log).toMatchObject({ result: 'no-target' });
    expect(result.outputs.message).toMatch(/app\.toml is in use by another program/);
    expect([site.runs(), drafts()]).toEqual(['ff', []]);
    // The good release is not marked bad.
    await using second = await site.run(BAD, {});
    expect(second.outputs, second.log).toMatchObject({ result: 'rolled-back', to: B });
    expect(site.runs()).toBe('bb');
  },
);

cell(
  'windows',
  'a lock from before a restart of the machine is taken over, although its process id is in use',
  async () => {
    await deployBad();
    const program = join(site.root, 'stay.mjs');
    writeFileSync(
      program,
      `console.log(JSON.stringify([process.pid, (await import('node:os')).hostname()]));
       setInterval(() => {}, 1000);`,
    );
    const other = await startNode({
      script: program,
      cwd: site.workspace,
      env: inheritedVariables(),
    });
    try {
      const [first] = (await other.stdout.take(1).toArray()) as [Buffer];
      const [pid, host] = JSON.parse(first.toString());
      const pipe = '\\\\.\\pipe\\deploy-rollback-00000000-0000-4000-8000-000000000000';
      const lock = {
        state: 'held',
        owner: { runId: '1', runAttempt: '1', job: 'deploy', runner: 'r' },
        process: { host, boot: '', pid, started: '', pipe },
        sinceMs: Date.now(),
        reason: '',
      };
      writeFileSync(join(site.state, 'production', 'lock-99'), JSON.stringify(lock));
      await using result = await site.run(BAD, {});
      expect(result.outputs.result, result.log).toBe('rolled-back');
    } finally {
      other.send('SIGKILL');
    }
  },
);

cell('windows', 'Production and production have separate records', async () => {
  await deployBad();
  await using rolledBack = await site.run(BAD, {});
  expect(rolledBack.outputs.result, rolledBack.log).toBe('rolled-back');
  const check = { mode: 'check', strategies: '' };
  await using other = await site.run(B, { ...check, environment: 'Production' });
  expect(other, other.log).toMatchObject({ exitCode: 0, outputs: { result: 'done' } });
  await using frozen = await site.run(B, check);
  expect(frozen.outputs.result).toBe('frozen');
});

cell('windows', '~ with a backslash is the home folder', async () => {
  site.deploy(A);
  await using result = await site.run(BAD, {
    mode: 'snapshot',
    'state-dir': '~\\deploy-rollback-test',
  });
  expect(result.exitCode, result.log).toBe(0);
  expect(existsSync(join(site.workspace, '~'))).toBe(false);
});

cell('windows', 'symlink refuses a folder in place of the link, before the deploy', async () => {
  mkdirSync(join(site.workspace, 'releases', '1'), { recursive: true });
  mkdirSync(join(site.workspace, 'current'));
  await using result = await site.run(BAD, {
    mode: 'snapshot',
    strategies: '- symlink: {link: current, releases: releases}',
  });
  expect(result.exitCode, result.log).toBe(1);
  expect(result.outputs.message).toMatch(/current is not a link into/);
  expect(readdirSync(join(site.workspace, 'releases'))).toEqual(['1']);
});

cell('windows', 'a database is restored while the site has it open', async () => {
  const path = join(site.workspace, 'shop.db');
  using live = new DatabaseSync(path);
  live.exec(`CREATE TABLE orders (name); INSERT INTO orders VALUES ('kept')`);
  const strategies = '- sqlite: {path: shop.db}';
  await using kept = await site.run(BAD, { mode: 'snapshot', strategies });
  expect(kept.exitCode, kept.log).toBe(0);
  live.exec('DELETE FROM orders; CREATE TABLE broken (name)');
  await using result = await site.run(BAD, { strategies });
  expect(result.outputs.result, result.log).toBe('rolled-back');
  expect(live.prepare('SELECT name FROM orders').all()).toEqual([{ name: 'kept' }]);
});

cell('windows', 'a command gets its arguments unchanged', async () => {
  const script = join(site.workspace, 'switch.mjs');
  writeFileSync(
    script,
    `import { writeFileSync } from 'node:fs'; writeFileSync('out.json', JSON.stringify(process.argv.slice(2)));`,
  );
  const strategies = `- command:
    capture: [cmd.exe, /c, echo, v1]
    apply: [node, ${script}, "{captured}", "a b", 'C:\\dir\\"x"\\', "%PATH%", ""]`;
  await using kept = await site.run(BAD, { mode: 'snapshot', strategies });
  expect(kept.exitCode, kept.log).toBe(0);
  await using result = await site.run(BAD, { strategies });
  expect(result.outputs.result, result.log).toBe('rolled-back');
  expect(JSON.parse(await readFile(join(site.workspace, 'out.json'), 'utf8'))).toEqual([
    'v1',
    'a b',
    'C:\\dir\\"x"\\',
    '%PATH%',
    '',
  ]);
});
