import {
  appendFileSync,
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { exec } from '@repo/core/process/exec';
import { startWriter } from '@repo/testkit/sqlite/writer';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createPorts, testTarget } from '../../testing/ports.ts';
import type { Ports, Strategy, Target } from '../strategy.ts';
import { sqlite } from './sqlite.ts';

vi.setConfig({ testTimeout: 60_000 });

let workspace: string;
let folder: string;
let path: string;
let ports: Ports;

beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'sqlite-'));
  folder = join(workspace, 'snapshot');
  path = join(workspace, 'pastes.db');
  mkdirSync(folder);
  ports = createPorts({ workspace });
  using database = new DatabaseSync(path);
  database.exec(`
    PRAGMA journal_mode = WAL;
    CREATE TABLE pairs (a INTEGER, b INTEGER);
    CREATE TABLE pastes (id INTEGER PRIMARY KEY, text TEXT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
    INSERT INTO pastes SELECT i, hex(randomblob(100)) FROM n;`);
});
afterEach(() => rmSync(workspace, { recursive: true }));

const createStrategy = (options: object = {}): Strategy =>
  v.parse(sqlite.schema, { path: 'pastes.db', ...options });

async function capture(strategy = createStrategy()): Promise<Target> {
  const part = JSON.parse(JSON.stringify(await strategy.capture?.(folder, ports)));
  const snapshot = { folder, part, takenMs: Date.now() };
  return { ...testTarget('a'.repeat(40), 'b'.repeat(40)), snapshot };
}

function query<T>(sql: string): T[] {
  using database = new DatabaseSync(path);
  return database.prepare(sql).all() as T[];
}

const count = (table: string) =>
  query<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)[0]?.n ?? Number.NaN;

function badMigration(): void {
  // Waits for the writer.
  using database = new DatabaseSync(path, { timeout: 10_000 });
  database.exec(
    'DELETE FROM pastes; ALTER TABLE pastes ADD COLUMN bad TEXT; CREATE TABLE more (x)',
  );
}

describe('a database in WAL mode with a writer running', () => {
  test('is copied consistently, and restored under the writer', async () => {
    await using writer = await startWriter(path);
    const strategy = createStrategy();
    const target = await capture(strategy);
    expect(readdirSync(folder)).toEqual(['copy.db']);
    using copy = new DatabaseSync(join(folder, 'copy.db'), { readOnly: true });
    expect(copy.prepare('SELECT count(*) AS n FROM pairs WHERE b <> a').get()).toEqual({ n: 0 });
    const copied = Number(copy.prepare('SELECT count(*) AS n FROM pairs').get()?.n);
    await writer.more();
    badMigration();
    await writer.more();
    expect(await strategy.identify?.(target, ports)).toMatchObject({ kind: 'other' });

    expect(await strategy.preflight(target, ports)).toMatchObject({ kind: 'ready' });
    expect(count('pastes')).toBe(0);
    const { done } = await strategy.apply(target, ports);
    expect(done).toMatch(/^restored pastes\.db from .*; integrity_check passed/);
    expect(await strategy.identify?.(target, ports)).toMatchObject({ kind: 'same' });
    expect(count('pastes')).toBe(2_000);
    expect(query('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    // The writer continues with the restored database.
    await writer.more();
    expect(query('SELECT count(*) AS n FROM pairs WHERE b <> a')).toEqual([{ n: 0 }]);
    expect(query('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    expect(count('pairs')).toBeGreaterThan(copied);
  });

  test('shows the restored content to an open connection after its read transaction', async () => {
    const strategy = createStrategy();
    const target = await capture(strategy);
    badMigration();
    using reader = new DatabaseSync(path);
    const query = reader.prepare('SELECT count(*) AS n FROM pastes');
    reader.exec('BEGIN');
    expect(query.get()).toEqual({ n: 0 });
    await strategy.apply(target, ports);
    expect(query.get()).toEqual({ n: 0 });
    reader.exec('COMMIT');
    expect(query.get()).toEqual({ n: 2_000 });
  });

  test('has the old or the new content after a kill; a second run restores it', async () => {
    const strategy = createStrategy();
    const target = await capture(strategy);
    badMigration();
    const outcomes = new Set<number>();
    // Kills it before its start, at several points, and after its end.
    for (let ms = 40; ms <= 400 && !outcomes.has(2_000); ms += 20) {
      const signal = AbortSignal.timeout(ms);
      await strategy.apply(target, { ...ports, signal }).catch(() => {});
      expect(query('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
      outcomes.add(count('pastes'));
    }
    expect([...outcomes].filter((n) => n !== 0 && n !== 2_000)).toEqual([]);
    await strategy.apply(target, ports);
    expect(count('pastes')).toBe(2_000);
  });
});

describe('another state of the database', () => {
  test.each<[string, () => void]>([
    ['removed', () => rmSync(path)],
    [
      'removed, but not its log',
      () => {
        badMigration();
        rmSync(path);
      },
    ],
    ['emptied', () => truncateSync(path, 0)],
    ['cut', () => truncateSync(path, 5_000)],
    ['overwritten', () => writeFileSync(path, 'not a database at all'.repeat(500))],
  ])('%s: is restored with mode and WAL', async (_, harm) => {
    chmodSync(path, 0o640);
    const strategy = createStrategy();
    const target = await capture(strategy);
    harm();
    expect(await strategy.preflight(target, ports)).toMatchObject({ kind: 'ready' });
    await strategy.apply(target, ports);
    expect(count('pastes')).toBe(2_000);
    expect(query('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    expect(lstatSync(path).mode & 0o777).toBe(0o640);
    expect(readdirSync(workspace).filter((name) => name.includes('deploy-rollback'))).toEqual([]);
    expect(await strategy.identify?.(target, ports)).toMatchObject({ kind: 'same' });
  });

  test('without WAL: is restored', async () => {
    {
      using database = new DatabaseSync(path);
      database.exec('PRAGMA journal_mode = DELETE');
    }
    const target = await capture();
    badMigration();
    await createStrategy().apply(target, ports);
    expect(count('pastes')).toBe(2_000);
    expect(query('PRAGMA journal_mode')).toEqual([{ journal_mode: 'delete' }]);
  });

  test('locked for too long: reports an error and changes nothing', async () => {
    const strategy = createStrategy({ timeout: '1s' });
    const target = await capture(strategy);
    badMigration();
    using other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    await expect(strategy.apply(target, ports)).rejects.toThrow(/is locked by another process/);
    other.exec('ROLLBACK');
    expect(count('pastes')).toBe(0);
  });

  test('a damaged or missing database fails the snapshot', async () => {
    await expect(capture(createStrategy({ path: 'none.db' }))).rejects.toThrow(
      /the database none\.db does not exist/,
    );
    expect(existsSync(join(workspace, 'none.db'))).toBe(false);
    {
      using database = new DatabaseSync(path);
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    }
    const bytes = readFileSync(path);
    bytes.fill(0x5a, 4_096 * 5, 4_096 * 6);
    writeFileSync(path, bytes);
    await expect(capture()).rejects.toThrow(/pastes\.db is damaged/);
  });
});

describe('preflight', () => {
  const copy = () => join(folder, 'copy.db');

  test.each<[string, () => void, RegExp]>([
    ['a missing copy', () => rmSync(copy()), /copy of the database is missing/],
    ['a longer copy', () => appendFileSync(copy(), 'x'), /a different checksum/],
    [
      'a changed copy',
      () => {
        const bytes = readFileSync(copy());
        bytes[9_000] = (bytes[9_000] ?? 0) ^ 1;
        writeFileSync(copy(), bytes);
      },
      /a different checksum/,
    ],
    [
      'another page size in WAL mode',
      () => {
        using database = new DatabaseSync(path);
        database.exec(
          'PRAGMA journal_mode = DELETE; PRAGMA page_size = 8192; VACUUM; PRAGMA journal_mode = WAL',
        );
      },
      /has a page size of 8192 bytes, but the copy has 4096/,
    ],
    [
      'a folder instead of the database',
      () => {
        rmSync(path);
        mkdirSync(path);
      },
      /is not a file/,
    ],
  ])('reports %s and changes nothing', async (_, harm, problem) => {
    const target = await capture();
    harm();
    const before = readdirSync(workspace);
    expect(await createStrategy().preflight(target, ports)).toMatchObject({
      kind: 'impossible',
      problem: expect.stringMatching(problem),
    });
    expect(readdirSync(workspace)).toEqual(before);
  });

  test('shows the age of the copy, and rejects a copy older than max-data-age', async () => {
    const target = await capture();
    const later = { ...ports.clock, now: () => Date.now() + 7_500_000 };
    const ready = await createStrategy().preflight(target, { ...ports, clock: later });
    expect(ready).toMatchObject({
      kind: 'ready',
      step: expect.stringMatching(/^restores pastes\.db \(.*\) from 2h 5m ago/),
      warnings: ['writes to pastes.db in the 2h 5m since the snapshot are lost'],
    });
    const strict = createStrategy({ 'max-data-age': '2h' });
    expect(await strict.preflight(target, { ...ports, clock: later })).toMatchObject({
      kind: 'impossible',
      problem: 'the copy of pastes.db is 2h 5m old, and max-data-age is 2h',
    });
    // The clock was set back.
    const earlier = { ...ports.clock, now: () => Date.now() - 7_500_000 };
    expect(await strict.preflight(target, { ...ports, clock: earlier })).toMatchObject({
      kind: 'impossible',
      problem: expect.stringMatching(/^the age of the copy of pastes\.db is unknown/),
    });
  });

  test('rejects an invalid manifest', async () => {
    const { snapshot, ...rest } = await capture();
    const parts = [{}, { ...(snapshot?.part as object), mode: 0o100_777 }];
    for (const part of parts) {
      const target = { ...rest, snapshot: { folder, takenMs: 1, part } };
      expect(await createStrategy().preflight(target, ports)).toMatchObject({
        problem: expect.stringMatching(/manifest of the snapshot is invalid/),
      });
    }
  });
});

test('reports a Node.js without SQLite', async () => {
  const without: Ports['exec'] = (command) =>
    exec({ ...command, env: { ...command.env, NODE_OPTIONS: '--no-experimental-sqlite' } });
  await expect(createStrategy().capture?.(folder, { ...ports, exec: without })).rejects.toThrow(
    /does not include SQLite/,
  );
});
