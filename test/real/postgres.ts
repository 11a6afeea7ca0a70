import { readdirSync } from 'node:fs';
import { appendFile, copyFile, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certificates } from '@repo/testkit/certificates/certificates';
import { closedPort } from '@repo/testkit/faults/unreachable';
import { accountFor } from './account.ts';
import { engine } from './engine.ts';
import { disposeWithFolder, runToEnd, startServer } from './server-process.ts';

/** A real PostgreSQL with its own cluster. */
export interface Postgres extends AsyncDisposable {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/** The password of the superuser `admin`. */
export const POSTGRES_PASSWORD = 's3cr3t-pg-pässword';

const ROOT = '/usr/lib/postgresql';

/** The programs of PostgreSQL are not on the PATH on Debian. */
export const postgresEngine = engine('postgres', 'apt-get install postgresql', listBinFolders());

/** The authentication method and TLS of the server. */
export interface PostgresOptions {
  /** A method of pg_hba.conf. */
  readonly login: 'scram-sha-256' | 'md5' | 'password';
  readonly tls?: boolean;
}

export async function startPostgres(
  path: string,
  { login, tls = false }: PostgresOptions,
): Promise<Postgres> {
  const folder = await mkdtemp(join(tmpdir(), 'postgres-test-'));
  const file = (name: string) => join(folder, name);
  const { good } = certificates();
  await writeFile(file('password'), POSTGRES_PASSWORD);
  await copyFile(good.certFile, file('server.crt'));
  await writeFile(file('server.key'), good.key, { mode: 0o600 });
  const names = ['', 'password', 'server.crt', 'server.key'];
  const account = { ...(await accountFor('postgres', ...names.map(file))), cwd: folder };
  const data = file('data');
  await runToEnd(
    join(path, '../initdb'),
    [
      ...['-D', data, '-U', 'admin', '--pwfile', file('password'), `--auth=${login}`],
      ...['--encoding', 'UTF8', '--locale', 'C', '--no-sync'],
    ],
    account,
  );
  const port = await closedPort();
  await appendFile(
    join(data, 'postgresql.conf'),
    `
listen_addresses = '127.0.0.1'
port = ${port}
unix_socket_directories = ''
fsync = off
ssl = ${tls ? 'on' : 'off'}
ssl_cert_file = '${file('server.crt')}'
ssl_key_file = '${file('server.key')}'
`,
  );
  // SIGINT is the fast shutdown of PostgreSQL.
  const { stop } = await startServer(path, ['-D', data], {
    ...account,
    stopWith: 'SIGINT',
    ready: { port, host: '127.0.0.1' },
  });
  return {
    port,
    stop,
    ...disposeWithFolder({ stop }, folder),
  };
}

function listBinFolders(): readonly string[] {
  try {
    return readdirSync(ROOT).map((version) => join(ROOT, version, 'bin'));
  } catch {
    return [];
  }
}
