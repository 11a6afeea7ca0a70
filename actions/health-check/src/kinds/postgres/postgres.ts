import type { Facts } from '@repo/checks/facts';
import type { Wire } from '../connection.ts';
import { databaseKind } from '../database.ts';
import type { Service, ServiceUrls } from '../service.ts';
import { firstRow } from './query.ts';
import { isReady, logIn, secure } from './session.ts';

const URLS: ServiceUrls = {
  schemes: { postgres: 'prefer', postgresql: 'prefer' },
  port: 5_432,
  example: 'postgres://user:password@host:5432/database?sslmode=require',
};

/**
 * PostgreSQL, or what speaks its protocol. Without a user: whether it takes sessions (`pg_isready`);
 * with one: whether it lets them in, and answers a query.
 */
export const postgres = databaseKind('postgres', URLS, ask);

async function ask(wire: Wire, service: Service, query = 'select 1'): Promise<Facts> {
  const { user } = service;
  await secure(wire, service.tls);
  if (user === undefined) {
    await isReady(wire, service);
    return {};
  }
  const parameters = await logIn(wire, { ...service, user });
  const row = await firstRow(wire, query);
  // `15.14 (Debian 15.14-0+deb12u1)`
  return { row, version: parameters.get('server_version')?.split(' ')[0] };
}
