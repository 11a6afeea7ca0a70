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

const strategyOf = (options: object = {}): Strategy =>
  v.parse(sqlite.schema, { path: 'pastes.db', ...options });

async function keep(strategy = strategyOf()): Promise<Target> {
  const part = JSON.parse(JSON.stringify(await strategy.capture?.(folder, ports)));
  const kept = { folder, part, takenMs: Date.now() };
  return { ...testTarget('a'.repeat(40), 'b'.repeat(40)), kept };
}

function asked<T>(query: string): T[] {
  using database = new DatabaseSync(path);
  return database.prepare(query).all() as T[];
}

const count = (table: string) =>
  asked<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)[0]?.n ?? Number.NaN;

function badMigration(): void {
  // The writer may be at it.
  using database = new DatabaseSync(path, { timeout: 10_000 });
  database.exec(
    'DELETE FROM pastes; ALTER TABLE pastes ADD COLUMN bad TEXT; CREATE TABLE more (x)',
  );
}

describe('a database in WAL mode with a writer running', () => {
  test('is kept as one point in time, and comes back under the writer', async () => {
    await using writer = await startWriter(path);
    const strategy = strategyOf();
    const target = await keep(strategy);
    expect(readdirSync(folder)).toEqual(['copy.db']);
    using copy = new DatabaseSync(join(folder, 'copy.db'), { readOnly: true });
    expect(copy.prepare('SELECT count(*) AS n FROM pairs WHERE b <> a').get()).toEqual({ n: 0 });
    const kept = Number(copy.prepare('SELECT count(*) AS n FROM pairs').get()?.n);
    await writer.more();
    badMigration();
    await writer.more();
    expect(await strategy.identify?.(target, ports)).toMatchObject({ kind: 'other' });

    expect(await strategy.preflight(target, ports)).toMatchObject({ kind: 'ready' });
    expect(count('pastes')).toBe(0);
    const { done } = await strategy.apply(target, ports);
    expect(done).toMatch(/pastes\.db is as it was at .*, and whole/);
    expect(await strategy.identify?.(target, ports)).toMatchObject({ kind: 'same' });
    expect(count('pastes')).toBe(2_000);
    expect(asked('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    // Whoever had it open writes on, into what was restored.
    await writer.more();
    expect(asked('SELECT count(*) AS n FROM pairs WHERE b <> a')).toEqual([{ n: 0 }]);
    expect(asked('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    expect(count('pairs')).toBeGreaterThan(kept);
  });

  test('an open connection sees what came back, also one in the middle of a read', async () => {
    const strategy = strategyOf();
    const target = await keep(strategy);
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

  test('killed anywhere, it is the old one or the new one; a second run ends it', async () => {
    const strategy = strategyOf();
    const target = await keep(strategy);
    badMigration();
    const outcomes = new Set<number>();
    // From before the program has begun to after its end.
    for (let ms = 40; ms <= 400 && !outcomes.has(2_000); ms += 20) {
      const signal = AbortSignal.timeout(ms);
      await strategy.apply(target, { ...ports, signal }).catch(() => {});
      expect(asked('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
      outcomes.add(count('pastes'));
    }
    expect([...outcomes].filter((n) => n !== 0 && n !== 2_000)).toEqual([]);
    await strategy.apply(target, ports);
    expect(count('pastes')).toBe(2_000);
  });
});

describe('what else may have happened to it', () => {
  test.each<[string, () => void]>([
    ['removed', () => rmSync(path)],
    [
      'removed, with its log left',
      () => {
        badMigration();
        rmSync(path);
      },
    ],
    ['emptied', () => truncateSync(path, 0)],
    ['cut', () => truncateSync(path, 5_000)],
    ['overwritten', () => writeFileSync(path, 'not a database at all'.repeat(500))],
  ])('%s: it comes back, with owner, mode and WAL', async (_, harm) => {
    chmodSync(path, 0o640);
    const strategy = strategyOf();
    const target = await keep(strategy);
    harm();
    expect(await strategy.preflight(target, ports)).toMatchObject({ kind: 'ready' });
    await strategy.apply(target, ports);
    expect(count('pastes')).toBe(2_000);
    expect(asked('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    expect(lstatSync(path).mode & 0o777).toBe(0o640);
    expect(readdirSync(workspace).filter((name) => name.includes('deploy-rollback'))).toEqual([]);
    expect(await strategy.identify?.(target, ports)).toMatchObject({ kind: 'same' });
  });

  test('without WAL too', async () => {
    {
      using database = new DatabaseSync(path);
      database.exec('PRAGMA journal_mode = DELETE');
    }
    const target = await keep();
    badMigration();
    await strategyOf().apply(target, ports);
    expect(count('pastes')).toBe(2_000);
    expect(asked('PRAGMA journal_mode')).toEqual([{ journal_mode: 'delete' }]);
  });

  test('locked for longer than it waits: an error with a remedy, nothing changed', async () => {
    const strategy = strategyOf({ timeout: '1s' });
    const target = await keep(strategy);
    badMigration();
    using other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    await expect(strategy.apply(target, ports)).rejects.toThrow(/is locked by another process/);
    other.exec('ROLLBACK');
    expect(count('pastes')).toBe(0);
  });

  test('what is not whole, or not there, is not kept', async () => {
    await expect(keep(strategyOf({ path: 'none.db' }))).rejects.toThrow(/there is no database/);
    expect(existsSync(join(workspace, 'none.db'))).toBe(false);
    {
      using database = new DatabaseSync(path);
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    }
    const bytes = readFileSync(path);
    bytes.fill(0x5a, 4_096 * 5, 4_096 * 6);
    writeFileSync(path, bytes);
    await expect(keep()).rejects.toThrow(/pastes\.db is not whole/);
  });
});

describe('preflight', () => {
  const copy = () => join(folder, 'copy.db');

  test.each<[string, () => void, RegExp]>([
    ['a missing copy', () => rmSync(copy()), /copy of the database is missing/],
    ['a longer copy', () => appendFileSync(copy(), 'x'), /another checksum/],
    [
      'a changed copy',
      () => {
        const bytes = readFileSync(copy());
        bytes[9_000] = (bytes[9_000] ?? 0) ^ 1;
        writeFileSync(copy(), bytes);
      },
      /another checksum/,
    ],
    [
      'other pages under a log',
      () => {
        using database = new DatabaseSync(path);
        database.exec(
          'PRAGMA journal_mode = DELETE; PRAGMA page_size = 8192; VACUUM; PRAGMA journal_mode = WAL',
        );
      },
      /has pages of 8192 bytes now, and the copy of 4096/,
    ],
    [
      'no place',
      () => {
        rmSync(path);
        mkdirSync(path);
      },
      /is no file/,
    ],
  ])('%s is found, and nothing is changed', async (_, harm, problem) => {
    const target = await keep();
    harm();
    const before = readdirSync(workspace);
    expect(await strategyOf().preflight(target, ports)).toMatchObject({
      kind: 'impossible',
      problem: expect.stringMatching(problem),
    });
    expect(readdirSync(workspace)).toEqual(before);
  });

  test('it says how old the data is, and refuses what is older than max-data-age', async () => {
    const target = await keep();
    const later = { ...ports.clock, now: () => Date.now() + 7_500_000 };
    const ready = await strategyOf().preflight(target, { ...ports, clock: later });
    expect(ready).toMatchObject({
      kind: 'ready',
      step: expect.stringMatching(/^puts back pastes\.db \(.*\) as it was 2h 5m ago/),
      warnings: ['what was written into pastes.db in the 2h 5m since then is lost'],
    });
    const strict = strategyOf({ 'max-data-age': '2h' });
    expect(await strict.preflight(target, { ...ports, clock: later })).toMatchObject({
      kind: 'impossible',
      problem: 'the copy of pastes.db is 2h 5m old, and max-data-age is 2h',
    });
    // Somebody has set the clock back since.
    const earlier = { ...ports.clock, now: () => Date.now() - 7_500_000 };
    expect(await strict.preflight(target, { ...ports, clock: earlier })).toMatchObject({
      kind: 'impossible',
      problem: expect.stringMatching(/^nobody knows how old the copy of pastes\.db is/),
    });
  });

  test('a manifest that somebody wrote', async () => {
    const { kept, ...rest } = await keep();
    const parts = [{}, { ...(kept?.part as object), mode: 0o100_777 }];
    for (const part of parts) {
      const target = { ...rest, kept: { folder, takenMs: 1, part } };
      expect(await strategyOf().preflight(target, ports)).toMatchObject({
        problem: expect.stringMatching(/cannot be understood/),
      });
    }
  });
});

test('a Node without SQLite is told', async () => {
  const without: Ports['exec'] = (command) =>
    exec({ ...command, env: { ...command.env, NODE_OPTIONS: '--no-experimental-sqlite' } });
  await expect(strategyOf().capture?.(folder, { ...ports, exec: without })).rejects.toThrow(
    /has no SQLite/,
  );
});
