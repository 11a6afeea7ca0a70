import type { Facts } from '@repo/checks/facts';
import type { Wire } from '../connection.ts';
import { databaseKind } from '../database.ts';
import type { Service, ServiceUrls } from '../service.ts';
import { logIn, readGreeting } from './login.ts';
import { packetsOf, ServerError } from './packet.ts';
import { firstRow, ping } from './query.ts';

const URLS: ServiceUrls = {
  schemes: { mysql: 'prefer', mariadb: 'prefer' },
  port: 3_306,
  example: 'mysql://user:password@host:3306/database?ssl-mode=required',
};

const ACCESS_DENIED = '28000';
const QUIT = Buffer.from([1]);

/**
 * MySQL or MariaDB. Without a user: whether it takes logins (`mysqladmin ping`); with one: whether
 * it lets them in, and answers a query.
 */
export const mysql = databaseKind('mysql', URLS, ask);

async function ask(wire: Wire, service: Service, query: string | undefined): Promise<Facts> {
  const packets = packetsOf(wire);
  const greeting = await readGreeting(packets);
  const { version } = greeting;
  try {
    await logIn(wire, packets, greeting, service);
  } catch (error) {
    // Whoever turns a stranger away is well. A client that goes without a login would in the end
    // be blocked (max_connect_errors).
    const isTurnedAway = error instanceof ServerError && error.state === ACCESS_DENIED;
    if (service.user === undefined && isTurnedAway) return { version };
    throw error;
  }
  const row = query === undefined ? undefined : await firstRow(packets, query);
  if (query === undefined) await ping(packets);
  packets.command(QUIT);
  return { version, row };
}
