import { spawnSync } from 'node:child_process';
import { copyFile, mkdtemp, open, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { runConfigured } from '@repo/checks/testing/run-configured';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sqlite } from './sqlite.ts';

const PAGE = 4_096;
let workspace = '';
let good = '';

beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'sqlite-'));
  good = join(workspace, 'good.db');
  using database = new DatabaseSync(good);
  database.exec(`
    PRAGMA page_size = ${PAGE};
    CREATE TABLE pastes (id INTEGER PRIMARY KEY, text TEXT, score REAL, raw BLOB);
    CREATE INDEX by_text ON pastes (text);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
    INSERT INTO pastes SELECT i, 'paste ' || i || hex(zeroblob(100)), i / 2.0, x'00ff' FROM n;`);
});
afterAll(() => rm(workspace, { recursive: true }));

type Options = { readonly query?: string; readonly quick?: boolean; readonly path?: string };

function look(options: Options = {}, expect?: readonly string[], timeoutMs = 5_000) {
  return runConfigured(
    sqlite,
    { path: 'good.db', ...options },
    { machine: { workspace }, timeoutMs, ...(expect && { expect }) },
  );
}

/** Copies the good database and overwrites a page. */
async function corrupt(name: string, page: number): Promise<string> {
  await copyFile(good, join(workspace, name));
  await using handle = await open(join(workspace, name), 'r+');
  await handle.write(Buffer.alloc(PAGE, 0x5a), 0, PAGE, (page - 1) * PAGE);
  return name;
}

describe('integrity', () => {
  test('of an intact database', async () => {
    const { state, observations } = await look();
    expect(state).toBe('healthy');
    expect(observations).toMatchObject([
      { facts: { integrity: 'ok' }, phases: { total: expect.any(Number) } },
    ]);
    expect(await look({ quick: true })).toMatchObject({ state: 'healthy' });
  });

  test('of a broken page: the first problem is the reason, all are evidence', async () => {
    const path = await corrupt('page.db', 5);
    for (const quick of [true, false]) {
      const { state, reason, evidence } = await look({ path, quick });
      expect(state).toBe('unhealthy');
      expect(reason).toMatch(/^integrity == 'ok': integrity was "(Tree|btree|.*page|database)/i);
      expect(evidence).toMatchObject([{ title: 'integrity' }]);
      expect(evidence[0]?.lines[0]).toMatch(/page 5|malformed/);
    }
  });

  test('the full check finds an inconsistent index, the quick check does not', async () => {
    const path = join(workspace, 'index.db');
    await copyFile(good, path);
    {
      using database = new DatabaseSync(path, { defensive: false });
      database.exec(`
        PRAGMA writable_schema = ON;
        UPDATE sqlite_schema SET sql = 'CREATE INDEX by_text ON pastes (score)' WHERE name = 'by_text';`);
    }
    expect(await look({ path, quick: true })).toMatchObject({ state: 'healthy' });
    const { state, reason } = await look({ path });
    expect(state).toBe('unhealthy');
    expect(reason).toContain('by_text');
  });

  test('of a truncated file, an empty file and a text file', async () => {
    const cut = join(workspace, 'cut.db');
    await copyFile(good, cut);
    await truncate(cut, PAGE * 3);
    expect(await look({ path: cut })).toMatchObject({
      state: 'unhealthy',
      reason: expect.stringContaining('malformed'),
    });
    await writeFile(join(workspace, 'empty.db'), '');
    expect(await look({ path: 'empty.db' })).toMatchObject({
      state: 'unhealthy',
      reason: `integrity == 'ok': integrity was "the file is empty"`,
    });
    await writeFile(join(workspace, 'text.db'), 'not a database, '.repeat(100));
    expect(await look({ path: 'text.db' })).toMatchObject({
      state: 'unhealthy',
      reason: `integrity == 'ok': integrity was "file is not a database"`,
    });
    expect(await look({ path: 'text.db', query: 'select 1' }, ['row != null'])).toMatchObject({
      state: 'unhealthy',
      reason: 'the query failed: file is not a database',
    });
  });

  test('of a missing file is unknown', async () => {
    expect(await look({ path: 'gone.db' })).toMatchObject({
      state: 'unknown',
      reason: 'gone.db does not exist (ENOENT)',
    });
    expect(await readdir(workspace)).not.toContain('gone.db');
    expect(await look({ path: '.' })).toMatchObject({
      state: 'unknown',
      reason: '. is not a file',
    });
  });
});

test('the size is a fact', async () => {
  expect(await look({}, ['size < 500000000', 'size > 100000'])).toMatchObject({ state: 'healthy' });
  expect(await look({}, ['size < 1000'])).toMatchObject({
    state: 'unhealthy',
    reason: expect.stringMatching(/size was \d+/),
  });
});

describe('a query', () => {
  test('returns all types of the first row', async () => {
    const query = `select count(*) as rows, max(score) as most, min(text) as "first text",
      null as none, 9007199254740993 as big, x'00ff' as raw from pastes`;
    const { state, reason } = await look({ query }, [
      'row.rows == 500',
      'row.most == 250.0',
      "row['first text'].startsWith('paste 1')",
      'row.none == null',
      'row.big == 9007199254740993',
      "row.raw == '00ff'",
    ]);
    expect(reason).toBe('');
    expect(state).toBe('healthy');
  });

  test('without a row, with a mistake or with a write is unhealthy', async () => {
    expect(
      await look({ query: 'select 1 from pastes where id < 0' }, ['row != null']),
    ).toMatchObject({ state: 'unhealthy', reason: 'row != null: row is not available' });
    expect(await look({ query: 'select * from missing' }, ['row != null'])).toMatchObject({
      state: 'unhealthy',
      reason: 'the query failed: no such table: missing',
    });
    expect(await look({ query: 'delete from pastes' }, ['row != null'])).toMatchObject({
      state: 'unhealthy',
      reason: 'the query failed: attempt to write a readonly database',
    });
  });

  test('that times out is stopped and unknown', async () => {
    const query =
      'with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) as c from n';
    const started = performance.now();
    const { state, reason } = await look({ query }, ['row.c > 0'], 500);
    expect(state).toBe('unknown');
    expect(reason).toContain('500ms');
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  test('with a row that is too long is unknown', async () => {
    const query = 'select hex(zeroblob(1000000)) as text';
    expect(await look({ query }, ["row.text != ''"])).toMatchObject({
      state: 'impossible',
      reason: 'the row of good.db is too long',
    });
  });
});

describe('concurrent writers', () => {
  test('in WAL mode, the check reads the committed data', async () => {
    const path = join(workspace, 'wal.db');
    using writer = new DatabaseSync(path);
    writer.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (i); BEGIN IMMEDIATE');
    writer.exec('INSERT INTO t VALUES (1)');
    const query = 'select count(*) as rows from t';
    expect(await look({ path, query }, ["integrity == 'ok'", 'row.rows == 0'])).toMatchObject({
      state: 'healthy',
    });
    writer.exec('COMMIT');
    expect(await look({ path, query }, ['row.rows == 1'])).toMatchObject({ state: 'healthy' });
  });

  test('in WAL mode without a writer, the check creates no files', async () => {
    const folder = await mkdtemp(join(workspace, 'quiet-'));
    {
      using writer = new DatabaseSync(join(folder, 'a.db'));
      writer.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (i); INSERT INTO t VALUES (1)');
    }
    expect(await look({ path: join(folder, 'a.db') })).toMatchObject({ state: 'healthy' });
    expect(await readdir(folder)).toEqual(['a.db']);
  });

  test('a locked database is unknown', async () => {
    const path = join(workspace, 'locked.db');
    await copyFile(good, path);
    using writer = new DatabaseSync(path);
    writer.exec('BEGIN EXCLUSIVE; DELETE FROM pastes');
    const { state, reason } = await look({ path }, undefined, 1_000);
    expect(state).toBe('unknown');
    expect(reason).toBe(`${path} is locked by another process: database is locked`);
    writer.exec('ROLLBACK');
  });
});

test('a hot journal after a crash is unknown: the check must not recover the database', async () => {
  const path = join(workspace, 'crashed.db');
  const script = `
    const { DatabaseSync } = require('node:sqlite');
    const database = new DatabaseSync(${JSON.stringify(path)});
    database.exec('CREATE TABLE t (i); INSERT INTO t VALUES (1)');
    database.exec('PRAGMA cache_size = 1; BEGIN; DELETE FROM t');
    database.exec("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO t SELECT i FROM n");
    process.kill(process.pid, 'SIGKILL');`;
  spawnSync(process.execPath, ['-e', script]);
  expect(await readdir(workspace)).toContain('crashed.db-journal');
  const { state, reason } = await look({ path });
  expect(state).toBe('unknown');
  expect(reason).toContain('cannot be opened');
});

test('a Node.js without SQLite is unknown, without another attempt', async () => {
  const before = process.env.NODE_OPTIONS;
  process.env.NODE_OPTIONS = '--no-experimental-sqlite';
  try {
    expect(await look()).toMatchObject({
      state: 'impossible',
      reason: 'the Node.js of this runner does not include SQLite',
    });
  } finally {
    if (before === undefined) delete process.env.NODE_OPTIONS;
    else process.env.NODE_OPTIONS = before;
  }
});
