/** What the program is asked, as JSON on its standard input. */
export interface Question {
  readonly path: string;
  readonly query: string | undefined;
  readonly integrity: 'integrity_check' | 'quick_check' | undefined;
  /** Longest that another process's lock is waited for, ms. */
  readonly busyMs: number;
}

/** A column of the row: its name, its type, its value as text (of a blob, in hexadecimal). */
export type Cell = readonly [
  name: string,
  type: 'integer' | 'real' | 'text' | 'blob' | 'null',
  text: string,
];

/** What it answers, as JSON on its standard output. Texts are SQLite's and the database's. */
export type Answer =
  | { readonly state: 'no sqlite' }
  | { readonly state: 'locked' | 'unreadable' | 'refused'; readonly message: string }
  | {
      readonly state: 'answered';
      /** `ok` alone, or what is wrong, at most ten. */
      readonly findings?: readonly string[];
      /** The first row; absent where there was none. */
      readonly cells?: readonly Cell[];
      readonly ms: number;
    };

/**
 * The program, which runs as text in a Node of its own: it must not use anything from outside of
 * its own body. It only reads. Codes: https://www.sqlite.org/rescode.html
 */
export function program(): void {
  type Database = InstanceType<typeof import('node:sqlite').DatabaseSync>;
  const fs = process.getBuiltinModule('node:fs');
  const url = process.getBuiltinModule('node:url');
  const sqlite: typeof import('node:sqlite') | undefined = process.getBuiltinModule('node:sqlite');
  const question: Question = JSON.parse(fs.readFileSync(0, 'utf8'));
  const [busy, locked, readOnly, corrupt, cannotOpen, notADatabase] = [5, 6, 8, 11, 14, 26];

  const failure = (error: unknown) => {
    const { errcode = 0, message } = error as Error & { readonly errcode?: number };
    return { code: errcode & 0xff, detail: errcode >> 8, message };
  };
  /**
   * A database in WAL mode that nobody has open has no such log. Opening it would make one, of
   * which we are the owner; as immutable, it is read as it is.
   */
  const place = () => {
    const address = url.pathToFileURL(question.path);
    if (!fs.existsSync(`${question.path}-wal`)) {
      const header = Buffer.alloc(20);
      const file = fs.openSync(question.path, 'r');
      fs.readSync(file, header);
      fs.closeSync(file);
      if (header[18] === 2) address.search = '?immutable=1';
    }
    return address;
  };
  const check = (database: Database) => {
    if (question.integrity === undefined) return undefined;
    try {
      return database
        .prepare(`PRAGMA ${question.integrity}(10)`)
        .all()
        .flatMap((row) => String(Object.values(row)[0]).split('\n'))
        .filter((line) => !line.startsWith('***'));
    } catch (error) {
      const { code, message } = failure(error);
      if (code === corrupt || code === notADatabase) return [message];
      throw error;
    }
  };
  const first = (database: Database) => {
    if (question.query === undefined) return undefined;
    const statement = database.prepare(question.query);
    statement.setReadBigInts(true);
    const row = statement.get();
    return (
      row &&
      Object.entries(row).map(([name, value]): Cell => {
        if (value === null) return [name, 'null', ''];
        if (typeof value === 'bigint') return [name, 'integer', String(value)];
        if (typeof value === 'number') return [name, 'real', String(value)];
        if (typeof value === 'string') return [name, 'text', value];
        return [name, 'blob', Buffer.from(value).toString('hex')];
      })
    );
  };
  const answer = (): Answer => {
    if (sqlite === undefined) return { state: 'no sqlite' };
    const started = performance.now();
    try {
      const database = new sqlite.DatabaseSync(place(), {
        readOnly: true,
        timeout: question.busyMs,
      });
      const findings = check(database);
      // What is broken cannot be asked.
      const cells = findings === undefined || findings[0] === 'ok' ? first(database) : undefined;
      database.close();
      return {
        state: 'answered',
        ...(findings && { findings }),
        ...(cells && { cells }),
        ms: performance.now() - started,
      };
    } catch (error) {
      const { code, detail, message } = failure(error);
      if (code === busy || code === locked) return { state: 'locked', message };
      // With a detail, it is not the query that wants to write, but SQLite that has to recover.
      const unreadable = code === cannotOpen || (code === readOnly && detail > 0);
      return { state: unreadable ? 'unreadable' : 'refused', message };
    }
  };
  fs.writeFileSync(1, JSON.stringify(answer()));
}
