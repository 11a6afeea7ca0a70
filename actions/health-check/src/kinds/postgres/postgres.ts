import * as v from 'valibot';
import type { Facts, Kind, Target } from '../kind.ts';
import {
  refuseAnonymous,
  type Service,
  type ServiceUrls,
  serviceFromUrl,
  serviceOf,
  serviceOptions,
  serviceTarget,
} from '../service.ts';
import { targetSchema } from '../target-schema.ts';
import type { Wire } from '../wire.ts';
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
export const postgres: Kind = {
  schema: targetSchema(
    { ...serviceOptions, query: v.optional(v.string()) },
    'A postgres check knows url, host, port, user, password, database, tls and query.',
    ({ query, ...options }) => {
      const service = serviceOf(options, URLS);
      if (query !== undefined) refuseAnonymous(service);
      return target(service, query ?? 'select 1');
    },
  ),
  fromUrl: (url) => target(serviceFromUrl(url, URLS), 'select 1'),
  variables: ['address', 'version', 'row'],
};

function target(service: Service, query: string): Target {
  return serviceTarget('postgres', service, (wire) => ask(wire, service, query));
}

async function ask(wire: Wire, service: Service, query: string): Promise<Facts> {
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
