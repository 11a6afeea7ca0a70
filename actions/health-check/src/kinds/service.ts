import type { Facts } from '@repo/checks/facts';
import type { AttemptContext, Target } from '@repo/checks/kinds/kind';
import { nonEmptyText } from '@repo/checks/kinds/target-schema';
import { field } from '@repo/core/config/field';
import { InvalidValue } from '@repo/core/errors/invalid-value';
import { integer } from '@repo/core/inputs/integer';
import { oneOf } from '@repo/core/inputs/one-of';
import * as v from 'valibot';
import { type Connection, withConnection } from './connection.ts';

/**
 * `prefer` uses TLS if the server offers it, without verifying the certificate, like the default
 * of database clients. `require` requires TLS with a trusted certificate.
 */
const TLS_MODES = ['disable', 'prefer', 'require'] as const;
type TlsMode = (typeof TLS_MODES)[number];

/** The address and the login of a database or cache. */
export interface Service {
  readonly host: string;
  readonly port: number;
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** Name or number of the database. */
  readonly database: string | undefined;
  readonly tls: TlsMode;
}

/** The URL format of a kind of service. */
export interface ServiceUrls {
  /** Scheme → default TLS mode. */
  readonly schemes: Readonly<Record<string, TlsMode>>;
  /** The default port. */
  readonly port: number;
  /** A password without a user is allowed. */
  readonly passwordAlone?: true;
  /** Shown in error messages. */
  readonly example: string;
}

const text = field({ parse: (given) => given });

/** The options of a service: `url`, or `host` and the others. */
export const serviceOptions = {
  url: v.optional(nonEmptyText),
  host: v.optional(nonEmptyText),
  port: v.optional(field(integer({ min: 1, max: 65_535 }))),
  user: v.optional(text),
  password: v.optional(text),
  database: v.optional(text),
  tls: v.optional(field(oneOf(TLS_MODES))),
};

type ServiceOptions = v.InferOutput<v.StrictObjectSchema<typeof serviceOptions, string>>;

/** @throws InvalidValue */
export function parseService(options: ServiceOptions, urls: ServiceUrls): Service {
  const { url, host, port, user, password, database, tls } = options;
  const isSeparate = [host, port, user, password, database].some((one) => one !== undefined);
  if (url === undefined ? host === undefined : isSeparate) {
    throw new InvalidValue(
      url === undefined ? 'has neither url nor host' : 'has url and options that are part of it',
      `Write url: ${urls.example}, or host and the other options.`,
    );
  }
  if (user === undefined && password !== undefined && !urls.passwordAlone) {
    throw new InvalidValue('has a password but no user', 'Add user.');
  }
  if (url !== undefined) {
    const service = parseUrl(url, urls);
    return { ...service, tls: tls ?? service.tls };
  }
  const [fallback = 'prefer'] = Object.values(urls.schemes);
  return {
    host: host ?? '',
    port: port ?? urls.port,
    user,
    password,
    database,
    tls: tls ?? fallback,
  };
}

function parseUrl(given: string, urls: ServiceUrls): Service {
  if (!URL.canParse(given)) throw new InvalidValue('has an invalid url', `Write ${urls.example}.`);
  return parseServiceUrl(new URL(given), urls);
}

/** `scheme://user:password@host:port/database?sslmode=require`. @throws InvalidValue */
export function parseServiceUrl(url: URL, { schemes, port, example }: ServiceUrls): Service {
  const remedy = `Write ${example}.`;
  const tls = schemes[url.protocol.slice(0, -1)];
  if (tls === undefined) throw new InvalidValue('has a url with another scheme', remedy);
  if (url.hostname === '') throw new InvalidValue('has a url without a host', remedy);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || port,
    user: part(url.username, remedy),
    password: part(url.password, remedy),
    database: part(url.pathname.slice(1), remedy),
    tls: tlsMode(url, remedy) ?? tls,
  };
}

/** A service as a target; `check` returns the facts. */
export function serviceTarget(
  scheme: string,
  service: Service,
  check: (connection: Connection, context: AttemptContext) => Promise<Facts>,
): Target {
  return {
    description: describe(scheme, service),
    secrets: listSecrets(service),
    defaultExpectations: [],
    attempt: (context) =>
      withConnection(service, context, (connection) => check(connection, context)),
  };
}

/** The password, plain and URL-encoded. */
function listSecrets({ password }: Service): readonly string[] {
  return password === undefined ? [] : [password, encodeURIComponent(password)];
}

/** The URL of a service without credentials. */
function describe(scheme: string, { host, port, database }: Service): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return `${scheme}://${name}:${port}${database === undefined ? '' : `/${database}`}`;
}

/** The modes of libpq and of MySQL clients; each mode that requires TLS verifies the certificate. */
const SSL_MODES: Readonly<Record<string, TlsMode>> = {
  disable: 'disable',
  disabled: 'disable',
  allow: 'prefer',
  prefer: 'prefer',
  preferred: 'prefer',
  require: 'require',
  required: 'require',
  'verify-ca': 'require',
  verify_ca: 'require',
  'verify-full': 'require',
  verify_identity: 'require',
};

function tlsMode(url: URL, remedy: string): TlsMode | undefined {
  let found: TlsMode | undefined;
  for (const [name, value] of url.searchParams) {
    found = /^ssl-?mode$/.test(name) ? SSL_MODES[value.toLowerCase()] : undefined;
    // The value may be a password, so it is not part of the message.
    if (found === undefined) {
      throw new InvalidValue(`has an unsupported ${name} in its url`, remedy);
    }
  }
  return found;
}

function part(text: string, remedy: string): string | undefined {
  try {
    return text === '' ? undefined : decodeURIComponent(text);
  } catch {
    throw new InvalidValue('has an invalid percent-encoding', remedy);
  }
}
