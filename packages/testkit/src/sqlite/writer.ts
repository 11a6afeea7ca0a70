import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A process that continuously writes to a database. */
export interface Writer extends AsyncDisposable {
  /** Waits for more writes. @throws if the process exited or does not write within 20 s */
  readonly more: () => Promise<void>;
}

/**
 * Starts a process that adds rows to `pairs (a INTEGER, b INTEGER)` of an existing database. `a` and
 * `b` are equal except within a transaction.
 */
export async function startWriter(path: string): Promise<Writer> {
  const child = spawn(process.execPath, ['--no-warnings', '-e', script(path)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let writes = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    writes += chunk.toString().split('\n').length - 1;
  });
  const more = async () => {
    const target = writes + 5;
    const end = Date.now() + 20_000;
    while (writes < target) {
      if (child.exitCode !== null) throw new Error(`the writer exited with ${child.exitCode}`);
      if (Date.now() > end) throw new Error('the writer did not write within 20 s');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  await more();
  return {
    more,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

function script(path: string): string {
  return `
    const { DatabaseSync } = require('node:sqlite');
    const database = new DatabaseSync(${JSON.stringify(path)}, { timeout: 30_000 });
    let i = Number(database.prepare('SELECT coalesce(max(a), 0) AS n FROM pairs').get().n);
    setInterval(() => {
      i++;
      database.exec('BEGIN IMMEDIATE');
      database.exec('INSERT INTO pairs VALUES (' + i + ', 0)');
      database.exec('UPDATE pairs SET b = a WHERE a = ' + i);
      database.exec('COMMIT');
      console.log(i);
    }, 1);`;
}
