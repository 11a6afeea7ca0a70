import { copyFile, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certificates } from '@repo/testkit/certificates/certificates';
import { closedPort } from '@repo/testkit/faults/unreachable';
import { accountFor } from './account.ts';
import { disposeWithFolder, runToEnd, startServer } from './server-process.ts';

/** A real MariaDB with its own data and the database `shop`. */
export interface Mariadb extends AsyncDisposable {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/** The password of the user `app`. */
export const MARIADB_PASSWORD = 's3cr3t-maria-pässword';

/** @param settings further command-line options */
export async function startMariadb(
  path: string,
  settings: readonly string[] = [],
): Promise<Mariadb> {
  const folder = await mkdtemp(join(tmpdir(), 'mariadb-test-'));
  const file = (name: string) => join(folder, name);
  const { good } = certificates();
  await copyFile(good.certFile, file('server.crt'));
  await writeFile(file('server.key'), good.key);
  await writeFile(
    file('init.sql'),
    [
      'create database shop;',
      `create user app@'%' identified by '${MARIADB_PASSWORD}';`,
      'grant all on shop.* to app@`%`;',
      `create user edwards@'%' identified via unix_socket;`,
    ].join('\n'),
  );
  const account = { ...(await accountFor('mysql', folder, file('server.key'))), cwd: folder };
  const data = file('data');
  const dataOptions = [`--datadir=${data}`, '--no-defaults'].reverse();
  await runToEnd(
    'mariadb-install-db',
    [...dataOptions, '--auth-root-authentication-method=normal', '--skip-test-db'],
    account,
  );
  const port = await closedPort();
  const { stop } = await startServer(
    path,
    [
      ...dataOptions,
      ...[`--port=${port}`, '--bind-address=127.0.0.1', `--socket=${file('mariadb.sock')}`],
      ...[`--pid-file=${file('mariadb.pid')}`, `--init-file=${file('init.sql')}`],
      ...[`--ssl-cert=${file('server.crt')}`, `--ssl-key=${file('server.key')}`],
      ...['--character-set-server=utf8mb4', '--innodb-flush-log-at-trx-commit=0', ...settings],
    ],
    { ...account, ready: { port, host: '127.0.0.1' } },
  );
  return {
    port,
    stop,
    ...disposeWithFolder({ stop }, folder),
  };
}
