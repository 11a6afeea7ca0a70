import type { Facts } from '@repo/checks/facts';
import type { Connection } from '../connection.ts';
import { databaseKind } from '../database.ts';
import type { Service, ServiceUrls } from '../service.ts';
import { logIn, readGreeting } from './login.ts';
import { createPackets, MysqlError } from './packet.ts';
import { ping, queryFirstRow } from './query.ts';

const URLS: ServiceUrls = {
  schemes: { mysql: 'prefer', mariadb: 'prefer' },
  port: 3_306,
  example: 'mysql://user:password@host:3306/database?ssl-mode=required',
};

const ACCESS_DENIED = '28000';
const QUIT = Buffer.from([1]);

/**
 * MySQL or MariaDB. Without a user, checks that the server accepts logins, like `mysqladmin ping`.
 * With a user, logs in and runs the query.
 */
export const mysql = databaseKind('mysql', URLS, check);

async function check(
  connection: Connection,
  service: Service,
  query: string | undefined,
): Promise<Facts> {
  const packets = createPackets(connection);
  const greeting = await readGreeting(packets);
  const { version } = greeting;
  try {
    await logIn(connection, packets, greeting, service);
  } catch (error) {
    // A server that denies access works. The login is still necessary: the server blocks clients
    // that connect without one (max_connect_errors).
    const isDenied = error instanceof MysqlError && error.state === ACCESS_DENIED;
    if (service.user === undefined && isDenied) return { version };
    throw error;
  }
  const row = query === undefined ? undefined : await queryFirstRow(packets, query);
  if (query === undefined) await ping(packets);
  packets.command(QUIT);
  return { version, row };
}
