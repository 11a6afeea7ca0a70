import type { Facts } from '@repo/checks/facts';
import type { AttemptContext, Kind, Target } from '@repo/checks/kinds/kind';
import { targetSchema } from '@repo/checks/kinds/target-schema';
import { InvalidValue } from '@repo/core/errors/invalid-value';
import { words } from '@repo/core/inputs/words';
import * as v from 'valibot';
import type { Connection } from '../connection.ts';
import {
  parseService,
  parseServiceUrl,
  type Service,
  type ServiceUrls,
  serviceOptions,
  serviceTarget,
} from '../service.ts';
import { ErrorReply, runCommand } from './resp.ts';

const URLS: ServiceUrls = {
  schemes: { redis: 'disable', rediss: 'require' },
  port: 6_379,
  passwordAlone: true,
  example: 'redis://user:password@host:6379/0',
};

const PING = ['PING'] as const;

/** The reply of Redis or a compatible server (Valkey, KeyDB) to `PING` or another command. */
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
    'A redis check supports url, host, port, user, password, database, tls and command.',
    ({ command: given = [...PING], ...options }) => {
      if (options.tls === 'prefer') {
        // Redis uses a separate port for TLS, so it cannot negotiate.
        throw new InvalidValue(
          'does not support tls: prefer',
          'Write tls: require or tls: disable.',
        );
      }
      const argv = typeof given === 'string' ? words().parse(given) : given;
      return target(parseService(options, URLS), argv);
    },
  ),
  fromUrl: (url) => target(parseServiceUrl(url, URLS), PING),
  variables: ['address', 'version', 'reply'],
};

function target(service: Service, argv: readonly string[]): Target {
  return serviceTarget(
    service.tls === 'require' ? 'rediss' : 'redis',
    service,
    (connection, context) => check(connection, service, argv, context),
  );
}

async function check(
  connection: Connection,
  { user, password, database, tls }: Service,
  argv: readonly string[],
  { reads }: AttemptContext,
): Promise<Facts> {
  if (tls === 'require') await connection.startTls({ verify: true });
  if (password !== undefined) {
    await runCommand(connection, ['AUTH', ...(user === undefined ? [] : [user]), password]);
  }
  if (database !== undefined) await runCommand(connection, ['SELECT', database]);
  const reply = await runCommand(connection, argv);
  return { reply, version: reads.has('version') ? await readVersion(connection) : undefined };
}

/** `undefined` when the user must not run INFO. */
async function readVersion(connection: Connection): Promise<string | undefined> {
  try {
    const info = await runCommand(connection, ['INFO', 'server']);
    return /^redis_version:(\S+)/m.exec(String(info))?.[1];
  } catch (error) {
    if (error instanceof ErrorReply) return undefined;
    throw error;
  }
}
