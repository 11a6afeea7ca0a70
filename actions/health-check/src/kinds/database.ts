import type { Facts } from '@repo/checks/facts';
import type { Kind } from '@repo/checks/kinds/kind';
import { targetSchema } from '@repo/checks/kinds/target-schema';
import { InvalidValue } from '@repo/core/errors/invalid-value';
import * as v from 'valibot';
import type { Connection } from './connection.ts';
import {
  parseService,
  parseServiceUrl,
  type Service,
  type ServiceUrls,
  serviceOptions,
  serviceTarget,
} from './service.ts';

/** Runs the check over a connection; returns the first row of the query, if there is one. */
type RunQuery = (
  connection: Connection,
  service: Service,
  query: string | undefined,
) => Promise<Facts>;

/** A service with logins and queries. */
export function databaseKind(name: string, urls: ServiceUrls, runQuery: RunQuery): Kind {
  const target = (service: Service, query: string | undefined) =>
    serviceTarget(name, service, (connection) => runQuery(connection, service, query));
  return {
    schema: targetSchema(
      { ...serviceOptions, query: v.optional(v.string()) },
      `A ${name} check supports url, host, port, user, password, database, tls and query.`,
      ({ query, ...options }) => {
        const service = parseService(options, urls);
        if (query !== undefined && service.user === undefined) {
          throw new InvalidValue('has a query but no user', 'Add user.');
        }
        return target(service, query);
      },
    ),
    fromUrl: (url) => target(parseServiceUrl(url, urls), undefined),
    variables: ['address', 'version', 'row'],
  };
}
