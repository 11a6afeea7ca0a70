/** The input of the program, as JSON on standard input. */
export type SqliteRequest =
  /** Checks the integrity of a copy, and reads its properties. */
  | { readonly operation: 'inspect'; readonly path: string }
  /** The same for a live database, with a quicker check. */
  | { readonly operation: 'identify'; readonly path: string; readonly lockTimeoutMs: number }
  /** Copies a live database to a new file, and checks both. */
  | {
      readonly operation: 'capture';
      readonly path: string;
      readonly to: string;
      readonly lockTimeoutMs: number;
    }
  /** Copies a copy into the live database, and checks it afterwards. */
  | {
      readonly operation: 'restore';
      readonly path: string;
      readonly from: string;
      /** Permissions and owner, if the file must be created. */
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
      readonly wal: boolean;
      readonly lockTimeoutMs: number;
    };

/** The output of the program, as JSON on standard output. Messages are those of SQLite. */
export type SqliteResponse =
  | { readonly state: 'unavailable' }
  | { readonly state: 'locked' | 'corrupt' | 'failed'; readonly message: string }
  | {
      readonly state: 'done';
      /** SHA-256 of `sqlite_schema`, user_version and application_id. */
      readonly schema: string;
      readonly pageSize: number;
      /** Of the live database. */
      readonly wal: boolean;
    };

/**
 * Runs as text in its own Node.js process, so it must not use anything outside of its body. SQLite
 * calls are synchronous: a timeout or a cancellation can only end a separate process. Error codes:
 * https://www.sqlite.org/rescode.html
 */
export function program(): void {
  type Database = InstanceType<typeof import('node:sqlite').DatabaseSync>;
  const fs = process.getBuiltinModule('node:fs');
  const url = process.getBuiltinModule('node:url');
  const crypto = process.getBuiltinModule('node:crypto');
  const sqlite: typeof import('node:sqlite') | undefined = process.getBuiltinModule('node:sqlite');
  const request: SqliteRequest = JSON.parse(fs.readFileSync(0, 'utf8'));
  const [busy, locked, corrupt, notADatabase] = [5, 6, 11, 26];
  /** Pages of one backup step. After each step, the program exits if its parent has ended. */
  const rate = 2_000;
  const parent = process.ppid;

  const getCode = (error: unknown) =>
    ((error as { readonly errcode?: number }).errcode ?? -1) & 0xff;
  const open = (path: string, query: string, timeout = 0) => {
    if (sqlite === undefined) throw new Error('no sqlite');
    const address = url.pathToFileURL(path);
    address.search = query;
    return new sqlite.DatabaseSync(address, { timeout, readOnly: query.includes('immutable') });
  };
  const readPragma = (database: Database, pragma: string) =>
    Object.values(database.prepare(`PRAGMA ${pragma}`).get() ?? {})[0];
  const requireIntegrity = (database: Database, check: string) => {
    const findings = database.prepare(`PRAGMA ${check}(10)`).all();
    const found = findings.flatMap((row) => Object.values(row)).join('; ');
    if (found !== 'ok') throw Object.assign(new Error(found), { errcode: corrupt });
  };
  const readInfo = (database: Database): SqliteResponse => {
    const rows = database
      .prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name')
      .all();
    const all = [
      readPragma(database, 'user_version'),
      readPragma(database, 'application_id'),
      rows,
    ];
    return {
      state: 'done',
      schema: crypto.createHash('sha256').update(JSON.stringify(all)).digest('hex'),
      pageSize: Number(readPragma(database, 'page_size')),
      wal: readPragma(database, 'journal_mode') === 'wal',
    };
  };
  const copy = async (from: Database, to: string, lockTimeoutMs: number) => {
    if (sqlite === undefined) throw new Error('no sqlite');
    const endMs = Date.now() + lockTimeoutMs;
    for (;;) {
      try {
        await sqlite.backup(from, to, {
          rate,
          progress: () => {
            if (process.ppid !== parent) process.exit(1);
          },
        });
        return;
      } catch (error) {
        // If another process holds the lock, Node.js reports "not an error" (0).
        const code = getCode(error);
        if (![0, busy, locked].includes(code)) throw error;
        if (Date.now() > endMs) {
          throw Object.assign(new Error('another process holds its lock'), { errcode: busy });
        }
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
  };

  const inspect = (): SqliteResponse => {
    const database = open(request.path, '?immutable=1');
    requireIntegrity(database, 'integrity_check');
    const info = readInfo(database);
    database.close();
    return info;
  };
  const identify = (lockTimeoutMs: number): SqliteResponse => {
    const database = open(request.path, '?mode=rw', lockTimeoutMs);
    requireIntegrity(database, 'quick_check');
    const info = readInfo(database);
    database.close();
    return info;
  };
  const capture = async (to: string, lockTimeoutMs: number): Promise<SqliteResponse> => {
    const live = open(request.path, '?mode=rw', lockTimeoutMs);
    // In a read transaction, the backup does not restart after each write.
    live.exec('BEGIN');
    const info = readInfo(live);
    requireIntegrity(live, 'integrity_check');
    await copy(live, to, lockTimeoutMs);
    live.exec('COMMIT');
    live.close();
    const copied = open(to, '?mode=rw');
    // Without WAL, the copy is one file.
    copied.exec('PRAGMA journal_mode = DELETE');
    requireIntegrity(copied, 'integrity_check');
    copied.close();
    return info;
  };
  const restore = async (
    request: Extract<SqliteRequest, { operation: 'restore' }>,
  ): Promise<SqliteResponse> => {
    const { path, from, mode, uid, gid, wal, lockTimeoutMs } = request;
    const newPath = `${path}.deploy-rollback-new`;
    fs.rmSync(newPath, { force: true });
    const copied = open(from, '?immutable=1');
    try {
      // One transaction: open connections see the new content, and a kill leaves the old one.
      await copy(copied, path, lockTimeoutMs);
    } catch (error) {
      if (![corrupt, notADatabase].includes(getCode(error))) throw error;
      // A damaged file cannot be open as a database, so it can be replaced.
      await copy(copied, newPath, lockTimeoutMs);
      for (const suffix of ['-wal', '-shm', '-journal']) fs.rmSync(path + suffix, { force: true });
      fs.renameSync(newPath, path);
    }
    copied.close();
    if (process.getuid?.() === 0) fs.chownSync(path, uid, gid);
    fs.chmodSync(path, mode);
    const live = open(path, '?mode=rw', lockTimeoutMs);
    if (wal && readPragma(live, 'journal_mode') !== 'wal') readPragma(live, 'journal_mode = WAL');
    requireIntegrity(live, 'integrity_check');
    const info = readInfo(live);
    live.close();
    return info;
  };

  const response = async (): Promise<SqliteResponse> => {
    if (sqlite === undefined) return { state: 'unavailable' };
    try {
      switch (request.operation) {
        case 'inspect':
          return inspect();
        case 'identify':
          return identify(request.lockTimeoutMs);
        case 'capture':
          return await capture(request.to, request.lockTimeoutMs);
        case 'restore':
          return await restore(request);
      }
    } catch (error) {
      const { message } = error as Error;
      const code = getCode(error);
      if (code === busy || code === locked) return { state: 'locked', message };
      if (code === corrupt || code === notADatabase) return { state: 'corrupt', message };
      return { state: 'failed', message };
    }
  };
  void response().then((output) => fs.writeFileSync(1, JSON.stringify(output)));
}
