import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Another process that writes into a database all the time. */
export interface Writer extends AsyncDisposable {
  /** Waits until it has written some more. @throws where it ended, or does not come to it in 20 s */
  readonly more: () => Promise<void>;
}

/**
 * Starts a process that adds rows to `pairs (a INTEGER, b INTEGER)`, of a database that is there, in
 * transactions: `b` is not `a` only in the middle of one.
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
    const wanted = writes + 5;
    const end = Date.now() + 20_000;
    while (writes < wanted) {
      if (child.exitCode !== null) throw new Error(`the writer ended with ${child.exitCode}`);
      if (Date.now() > end) throw new Error('the writer does not come to write');
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
