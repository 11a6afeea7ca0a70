/** What the program is asked, as JSON on its standard input. */
export type Question =
  /** What there is to say of a database that nobody writes to, and whether it is whole. */
  | { readonly do: 'look'; readonly path: string }
  /** The same of a live one, with the quicker look of the two. */
  | { readonly do: 'identify'; readonly path: string; readonly patienceMs: number }
  /** Copies a live database to a file that does not exist; both are looked at. */
  | {
      readonly do: 'capture';
      readonly path: string;
      readonly to: string;
      readonly patienceMs: number;
    }
  /** Puts a copy into a live database; it is looked at afterwards. */
  | {
      readonly do: 'restore';
      readonly path: string;
      readonly from: string;
      /** Its owner and permissions, for where the file has to be made anew. */
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
      readonly wal: boolean;
      readonly patienceMs: number;
    };

/** What it answers, as JSON on its standard output. Texts are SQLite's and the database's. */
export type Answer =
  | { readonly state: 'no sqlite' }
  | { readonly state: 'locked' | 'broken' | 'failed'; readonly message: string }
  | {
      readonly state: 'done';
      /** SHA-256 of all that `sqlite_schema`, user_version and application_id say. */
      readonly schema: string;
      readonly pageSize: number;
      /** Of the live database. */
      readonly wal: boolean;
    };

/**
 * The program, which runs as text in a Node of its own: it must not use anything from outside of
 * its own body. SQLite is called synchronously, so that here neither a time limit nor a cancel could
 * end it. Codes: https://www.sqlite.org/rescode.html
 */
export function program(): void {
  type Database = InstanceType<typeof import('node:sqlite').DatabaseSync>;
  const fs = process.getBuiltinModule('node:fs');
  const url = process.getBuiltinModule('node:url');
  const crypto = process.getBuiltinModule('node:crypto');
  const sqlite: typeof import('node:sqlite') | undefined = process.getBuiltinModule('node:sqlite');
  const question: Question = JSON.parse(fs.readFileSync(0, 'utf8'));
  const [busy, locked, corrupt, notADatabase] = [5, 6, 11, 26];
  /** Pages of one step; between two of them it is seen that nobody waits for us any more. */
  const rate = 2_000;
  const parent = process.ppid;

  const codeOf = (error: unknown) =>
    ((error as { readonly errcode?: number }).errcode ?? -1) & 0xff;
  const open = (path: string, query: string, timeout = 0) => {
    if (sqlite === undefined) throw new Error('no sqlite');
    const address = url.pathToFileURL(path);
    address.search = query;
    return new sqlite.DatabaseSync(address, { timeout, readOnly: query.includes('immutable') });
  };
  const one = (database: Database, pragma: string) =>
    Object.values(database.prepare(`PRAGMA ${pragma}`).get() ?? {})[0];
  const requireWhole = (database: Database, check: string) => {
    const findings = database.prepare(`PRAGMA ${check}(10)`).all();
    const found = findings.flatMap((row) => Object.values(row)).join('; ');
    if (found !== 'ok') throw Object.assign(new Error(found), { errcode: corrupt });
  };
  const factsOf = (database: Database): Answer => {
    const rows = database
      .prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name')
      .all();
    const all = [one(database, 'user_version'), one(database, 'application_id'), rows];
    return {
      state: 'done',
      schema: crypto.createHash('sha256').update(JSON.stringify(all)).digest('hex'),
      pageSize: Number(one(database, 'page_size')),
      wal: one(database, 'journal_mode') === 'wal',
    };
  };
  const copy = async (from: Database, to: string, patienceMs: number) => {
    if (sqlite === undefined) throw new Error('no sqlite');
    const end = Date.now() + patienceMs;
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
        // When others hold the lock, Node says "not an error" (0).
        const code = codeOf(error);
        if (![0, busy, locked].includes(code)) throw error;
        if (Date.now() > end) {
          throw Object.assign(new Error('others hold its lock'), { errcode: busy });
        }
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
  };

  const look = (): Answer => {
    const database = open(question.path, '?immutable=1');
    requireWhole(database, 'integrity_check');
    const facts = factsOf(database);
    database.close();
    return facts;
  };
  const identify = (patienceMs: number): Answer => {
    const database = open(question.path, '?mode=rw', patienceMs);
    requireWhole(database, 'quick_check');
    const facts = factsOf(database);
    database.close();
    return facts;
  };
  const capture = async (to: string, patienceMs: number): Promise<Answer> => {
    const live = open(question.path, '?mode=rw', patienceMs);
    // With a view of its own the copy is not begun again whenever somebody writes.
    live.exec('BEGIN');
    const facts = factsOf(live);
    requireWhole(live, 'integrity_check');
    await copy(live, to, patienceMs);
    live.exec('COMMIT');
    live.close();
    const kept = open(to, '?mode=rw');
    // One file, which can be looked at without making others.
    kept.exec('PRAGMA journal_mode = DELETE');
    requireWhole(kept, 'integrity_check');
    kept.close();
    return facts;
  };
  const restore = async (asked: Extract<Question, { do: 'restore' }>): Promise<Answer> => {
    const { path, from, mode, uid, gid, wal, patienceMs } = asked;
    const draft = `${path}.deploy-rollback-new`;
    fs.rmSync(draft, { force: true });
    const kept = open(from, '?immutable=1');
    try {
      // Into the live one, as one transaction: who has it open sees it, and a kill leaves the old.
      await copy(kept, path, patienceMs);
    } catch (error) {
      if (![corrupt, notADatabase].includes(codeOf(error))) throw error;
      // No program can have that open as a database.
      await copy(kept, draft, patienceMs);
      for (const end of ['-wal', '-shm', '-journal']) fs.rmSync(path + end, { force: true });
      fs.renameSync(draft, path);
    }
    kept.close();
    if (process.getuid?.() === 0) fs.chownSync(path, uid, gid);
    fs.chmodSync(path, mode);
    const live = open(path, '?mode=rw', patienceMs);
    if (wal && one(live, 'journal_mode') !== 'wal') one(live, 'journal_mode = WAL');
    requireWhole(live, 'integrity_check');
    const facts = factsOf(live);
    live.close();
    return facts;
  };

  const answer = async (): Promise<Answer> => {
    if (sqlite === undefined) return { state: 'no sqlite' };
    try {
      switch (question.do) {
        case 'look':
          return look();
        case 'identify':
          return identify(question.patienceMs);
        case 'capture':
          return await capture(question.to, question.patienceMs);
        case 'restore':
          return await restore(question);
      }
    } catch (error) {
      const { message } = error as Error;
      const code = codeOf(error);
      if (code === busy || code === locked) return { state: 'locked', message };
      if (code === corrupt || code === notADatabase) return { state: 'broken', message };
      return { state: 'failed', message };
    }
  };
  void answer().then((said) => fs.writeFileSync(1, JSON.stringify(said)));
}
