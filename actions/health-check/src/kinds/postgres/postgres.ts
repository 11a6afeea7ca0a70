import type { Facts } from '@repo/checks/facts';
import type { Connection } from '../connection.ts';
import { databaseKind } from '../database.ts';
import type { Service, ServiceUrls } from '../service.ts';
import { queryFirstRow } from './query.ts';
import { expectReady, logIn, negotiateTls } from './session.ts';

const URLS: ServiceUrls = {
  schemes: { postgres: 'prefer', postgresql: 'prefer' },
  port: 5_432,
  example: 'postgres://user:password@host:5432/database?sslmode=require',
};

/**
 * PostgreSQL or a compatible server. Without a user, checks that the server accepts sessions, like
 * `pg_isready`. With a user, logs in and runs the query.
 */
export const postgres = databaseKind('postgres', URLS, check);

async function check(connection: Connection, service: Service, query = 'select 1'): Promise<Facts> {
  const { user } = service;
  await negotiateTls(connection, service.tls);
  if (user === undefined) {
    await expectReady(connection, service);
    return {};
  }
  const parameters = await logIn(connection, { ...service, user });
  const row = await queryFirstRow(connection, query);
  // `15.14 (Debian 15.14-0+deb12u1)`
  return { row, version: parameters.get('server_version')?.split(' ')[0] };
}
