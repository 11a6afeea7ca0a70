/** The request to the program, as JSON on its standard input. */
export interface Request {
  readonly path: string;
  readonly query: string | undefined;
  readonly integrity: 'integrity_check' | 'quick_check' | undefined;
  /** How long to wait for the lock of another process. */
  readonly busyMs: number;
}

/** A column of the row; the value is text, for a blob in hexadecimal. */
export type Cell = readonly [
  name: string,
  type: 'integer' | 'real' | 'text' | 'blob' | 'null',
  text: string,
];

/** The answer of the program, as JSON on its standard output. Texts are untrusted. */
export type Answer =
  | { readonly state: 'unsupported' }
  | { readonly state: 'locked' | 'unreadable' | 'failed'; readonly message: string }
  | {
      readonly state: 'answered';
      /** `ok`, or at most ten problems. */
      readonly findings?: readonly string[];
      /** The first row; absent if the result is empty. */
      readonly cells?: readonly Cell[];
      readonly ms: number;
    };

/**
 * The read-only program. It runs as source text in another Node.js process, so it must not use
 * anything outside of its own body. Result codes: https://www.sqlite.org/rescode.html
 */
export function program(): void {
  type Database = InstanceType<typeof import('node:sqlite').DatabaseSync>;
  const fs = process.getBuiltinModule('node:fs');
  const url = process.getBuiltinModule('node:url');
  const sqlite: typeof import('node:sqlite') | undefined = process.getBuiltinModule('node:sqlite');
  const request: Request = JSON.parse(fs.readFileSync(0, 'utf8'));
  const [busy, locked, readOnly, corrupt, cannotOpen, notADatabase] = [5, 6, 8, 11, 14, 26];

  const failure = (error: unknown) => {
    const { errcode = 0, message } = error as Error & { readonly errcode?: number };
    return { code: errcode & 0xff, detail: errcode >> 8, message };
  };
  /**
   * A closed database in WAL mode has no WAL file. Opening it would create one with this user as
   * the owner; opening it as immutable does not.
   */
  const getAddress = () => {
    const address = url.pathToFileURL(request.path);
    if (!fs.existsSync(`${request.path}-wal`)) {
      const header = Buffer.alloc(20);
      const file = fs.openSync(request.path, 'r');
      fs.readSync(file, header);
      fs.closeSync(file);
      if (header[18] === 2) address.search = '?immutable=1';
    }
    return address;
  };
  const checkIntegrity = (database: Database) => {
    if (request.integrity === undefined) return undefined;
    try {
      return database
        .prepare(`PRAGMA ${request.integrity}(10)`)
        .all()
        .flatMap((row) => String(Object.values(row)[0]).split('\n'))
        .filter((line) => !line.startsWith('***'));
    } catch (error) {
      const { code, message } = failure(error);
      if (code === corrupt || code === notADatabase) return [message];
      throw error;
    }
  };
  const readFirstRow = (database: Database) => {
    if (request.query === undefined) return undefined;
    const statement = database.prepare(request.query);
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
    if (sqlite === undefined) return { state: 'unsupported' };
    const started = performance.now();
    try {
      const database = new sqlite.DatabaseSync(getAddress(), {
        readOnly: true,
        timeout: request.busyMs,
      });
      const findings = checkIntegrity(database);
      const isIntact = findings === undefined || findings[0] === 'ok';
      const cells = isIntact ? readFirstRow(database) : undefined;
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
      // With an extended code, not the query tried to write, but the recovery of SQLite.
      const unreadable = code === cannotOpen || (code === readOnly && detail > 0);
      return { state: unreadable ? 'unreadable' : 'failed', message };
    }
  };
  fs.writeFileSync(1, JSON.stringify(answer()));
}
