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
export const mysql: Kind = {
  schema: targetSchema(
    { ...serviceOptions, query: v.optional(v.string()) },
    'A mysql check knows url, host, port, user, password, database, tls and query.',
    ({ query, ...options }) => {
      const service = serviceOf(options, URLS);
      if (query !== undefined) refuseAnonymous(service);
      return target(service, query);
    },
  ),
  fromUrl: (url) => target(serviceFromUrl(url, URLS), undefined),
  variables: ['address', 'version', 'row'],
};

function target(service: Service, query: string | undefined): Target {
  return serviceTarget('mysql', service, (wire) => ask(wire, service, query));
}

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
