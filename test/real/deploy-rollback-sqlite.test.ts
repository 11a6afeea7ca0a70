import { appendFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { startWriter } from '@repo/testkit/sqlite/writer';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Machine, startMachine } from './rollback/machine.ts';

vi.setConfig({ testTimeout: 240_000 });

let machine: Machine;
let path: string;

beforeEach(() => {
  machine = startMachine({
    strategies: '- sqlite: {path: pastes.db}',
    inputs: { 'verify-command': 'true' },
  });
  path = join(machine.workspace, 'pastes.db');
  using database = new DatabaseSync(path);
  // 32 MB, so that a copy has several steps.
  database.exec(`
    PRAGMA journal_mode = WAL;
    CREATE TABLE pairs (a INTEGER, b INTEGER);
    CREATE TABLE pastes (id INTEGER PRIMARY KEY, text BLOB);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 8000)
    INSERT INTO pastes SELECT i, randomblob(3900) FROM n;`);
});
afterEach(() => machine[Symbol.asyncDispose]());

function query(sql: string): readonly Record<string, unknown>[] {
  using database = new DatabaseSync(path, { timeout: 20_000 });
  return database.prepare(sql).all() as Record<string, unknown>[];
}

const pastes = () => Number(query('SELECT count(*) AS n FROM pastes')[0]?.n);

function badDeploy(): void {
  using database = new DatabaseSync(path, { timeout: 20_000 });
  database.exec('DELETE FROM pastes; DROP TABLE IF EXISTS more; CREATE TABLE more (x)');
}

function expectIntact(): void {
  expect(query('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  expect(query('SELECT count(*) AS n FROM pairs WHERE b <> a')).toEqual([{ n: 0 }]);
}

describe('deploy-rollback with SQLite in WAL mode', () => {
  test('restores the database while another process writes', async () => {
    await using writer = await startWriter(path);
    await machine.snapshot();
    await writer.more();
    badDeploy();
    const { log } = await machine.rollback();
    expect(log).toMatch(/identity of sqlite pastes\.db: schema [0-9a-f]{12}/);
    expect(pastes()).toBe(8_000);
    await writer.more();
    expectIntact();
  });

  test('a second run succeeds after a kill during the restore', async () => {
    await using writer = await startWriter(path);
    await machine.snapshot();
    for (let step = 1, killed = true; killed; step++) {
      badDeploy();
      killed = await machine.killAfter(step);
      if (killed) {
        // The old content is complete.
        expect(pastes()).toBe(0);
        await writer.more();
        await machine.rollbackAgain();
      } else expect(step).toBeGreaterThan(2);
      expect(pastes()).toBe(8_000);
      await writer.more();
      expectIntact();
      machine.forgetRollbacks();
    }
  });

  test('the preflight rejects an old or damaged copy, and nothing is changed', async () => {
    await machine.snapshot();
    badDeploy();
    await using old = await machine.run({
      strategies: '- sqlite: {path: pastes.db, max-data-age: 1ms}',
    });
    expect(old.outputs, old.log).toMatchObject({ result: 'no-target' });
    expect(old.log).toMatch(/the copy of pastes\.db is .* old, and max-data-age is 1ms/);
    const snapshots = join(machine.state, 'production', 'snapshots');
    const [id] = readdirSync(snapshots);
    const copy = join(snapshots, id ?? '', '1-sqlite', 'copy.db');
    appendFileSync(copy, 'x');
    await using damaged = await machine.run();
    expect(damaged.outputs, damaged.log).toMatchObject({ result: 'no-target' });
    rmSync(copy);
    await using missing = await machine.run();
    expect(missing.outputs, missing.log).toMatchObject({ result: 'no-target' });
    expect(pastes()).toBe(0);
  });
});
