import type { Facts } from '@repo/checks/facts';
import type { Kind } from '@repo/checks/kinds/kind';
import { targetSchema } from '@repo/checks/kinds/target-schema';
import { InvalidValue } from '@repo/core/errors/invalid-value';
import * as v from 'valibot';
import type { Wire } from './connection.ts';
import {
  type Service,
  type ServiceUrls,
  serviceFromUrl,
  serviceOf,
  serviceOptions,
  serviceTarget,
} from './service.ts';

/** Asks a database whether it is well; the first row of a query, where there is one. */
type Ask = (wire: Wire, service: Service, query: string | undefined) => Promise<Facts>;

/** A kind of service that lets users in and answers their queries. */
export function databaseKind(name: string, urls: ServiceUrls, ask: Ask): Kind {
  const target = (service: Service, query: string | undefined) =>
    serviceTarget(name, service, (wire) => ask(wire, service, query));
  return {
    schema: targetSchema(
      { ...serviceOptions, query: v.optional(v.string()) },
      `A ${name} check knows url, host, port, user, password, database, tls and query.`,
      ({ query, ...options }) => {
        const service = serviceOf(options, urls);
        if (query !== undefined && service.user === undefined) {
          throw new InvalidValue('has a query but no user', 'Write user as well.');
        }
        return target(service, query);
      },
    ),
    fromUrl: (url) => target(serviceFromUrl(url, urls), undefined),
    variables: ['address', 'version', 'row'],
  };
}
