import type { Facts } from '@repo/checks/facts';
import type { AttemptContext, Kind, Target } from '@repo/checks/kinds/kind';
import { targetSchema } from '@repo/checks/kinds/target-schema';
import { InvalidValue } from '@repo/core/errors/invalid-value';
import { words } from '@repo/core/inputs/words';
import * as v from 'valibot';
import type { Wire } from '../connection.ts';
import {
  type Service,
  type ServiceUrls,
  serviceFromUrl,
  serviceOf,
  serviceOptions,
  serviceTarget,
} from '../service.ts';
import { command, ErrorReply } from './resp.ts';

const URLS: ServiceUrls = {
  schemes: { redis: 'disable', rediss: 'require' },
  port: 6_379,
  passwordAlone: true,
  example: 'redis://user:password@host:6379/0',
};

const PING = ['PING'] as const;

/** Redis, or what speaks its protocol (Valkey, KeyDB), answers `PING` or another command. */
export const redis: Kind = {
  schema: targetSchema(
    {
      ...serviceOptions,
      command: v.optional(
        v.union([
          v.string(),
          v.pipe(v.array(v.string()), v.nonEmpty('is empty\nWrite command: [GET, key].')),
        ]),
      ),
    },
    'A redis check knows url, host, port, user, password, database, tls and command.',
    ({ command: given = [...PING], ...options }) => {
      if (options.tls === 'prefer') {
        // Redis has a port of its own for TLS.
        throw new InvalidValue('cannot prefer TLS', 'Write tls: require, or disable.');
      }
      const asked = typeof given === 'string' ? words().parse(given) : given;
      return target(serviceOf(options, URLS), asked);
    },
  ),
  fromUrl: (url) => target(serviceFromUrl(url, URLS), PING),
  variables: ['address', 'version', 'reply'],
};

function target(service: Service, asked: readonly string[]): Target {
  return serviceTarget(service.tls === 'require' ? 'rediss' : 'redis', service, (wire, context) =>
    ask(wire, service, asked, context),
  );
}

async function ask(
  wire: Wire,
  { user, password, database, tls }: Service,
  asked: readonly string[],
  { reads }: AttemptContext,
): Promise<Facts> {
  if (tls === 'require') await wire.secure({ judged: true });
  if (password !== undefined) {
    await command(wire, ['AUTH', ...(user === undefined ? [] : [user]), password]);
  }
  if (database !== undefined) await command(wire, ['SELECT', database]);
  const reply = await command(wire, asked);
  return { reply, version: reads.has('version') ? await versionOf(wire) : undefined };
}

/** Absent where the user may not ask for it. */
async function versionOf(wire: Wire): Promise<string | undefined> {
  try {
    const info = await command(wire, ['INFO', 'server']);
    return /^redis_version:(\S+)/m.exec(String(info))?.[1];
  } catch (error) {
    if (error instanceof ErrorReply) return undefined;
    throw error;
  }
}
