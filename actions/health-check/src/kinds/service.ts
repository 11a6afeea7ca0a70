import type { Facts } from '@repo/checks/facts';
import type { AttemptContext, Target } from '@repo/checks/kinds/kind';
import { nonEmptyText } from '@repo/checks/kinds/target-schema';
import { field } from '@repo/core/config/field';
import { InvalidValue } from '@repo/core/errors/invalid-value';
import { integer } from '@repo/core/inputs/integer';
import { oneOf } from '@repo/core/inputs/one-of';
import * as v from 'valibot';
import { converse, type Wire } from './connection.ts';

/**
 * `prefer` takes TLS where it is offered and does not judge the certificate, as database clients
 * do by default; `require` wants TLS with a trusted certificate.
 */
const TLS_MODES = ['disable', 'prefer', 'require'] as const;
type TlsMode = (typeof TLS_MODES)[number];

/** Where a database or cache is, and who asks it. */
export interface Service {
  readonly host: string;
  readonly port: number;
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** Name or number of the database. */
  readonly database: string | undefined;
  readonly tls: TlsMode;
}

/** How the URLs of a kind of service are read. */
export interface ServiceUrls {
  /** Scheme → the TLS mode that it means by itself. */
  readonly schemes: Readonly<Record<string, TlsMode>>;
  /** Where there is none in the URL. */
  readonly port: number;
  /** A password may stand without a user. */
  readonly passwordAlone?: true;
  /** For the remedy of a mistake. */
  readonly example: string;
}

const text = field({ parse: (given) => given });

/** The options of a service in a configuration: a `url`, or `host` and the rest. */
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

/** The service that the options name. @throws InvalidValue */
export function serviceOf(options: ServiceOptions, urls: ServiceUrls): Service {
  const { url, host, port, user, password, database, tls } = options;
  const apart = [host, port, user, password, database].some((one) => one !== undefined);
  if (url === undefined ? host === undefined : apart) {
    throw new InvalidValue(
      url === undefined ? 'names no host' : 'names a url and what is in it',
      `Write url: ${urls.example}, or host and the rest.`,
    );
  }
  if (user === undefined && password !== undefined && !urls.passwordAlone) {
    throw new InvalidValue('has a password but no user', 'Write user as well.');
  }
  if (url !== undefined) {
    const service = readUrl(url, urls);
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

function readUrl(given: string, urls: ServiceUrls): Service {
  if (!URL.canParse(given)) throw new InvalidValue('has no URL in url', `Write ${urls.example}.`);
  return serviceFromUrl(new URL(given), urls);
}

/** `scheme://user:password@host:port/database?sslmode=require`. @throws InvalidValue */
export function serviceFromUrl(url: URL, { schemes, port, example }: ServiceUrls): Service {
  const remedy = `Write ${example}.`;
  const tls = schemes[url.protocol.slice(0, -1)];
  if (tls === undefined) throw new InvalidValue('has a URL of another kind', remedy);
  if (url.hostname === '') throw new InvalidValue('names no host', remedy);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || port,
    user: part(url.username, remedy),
    password: part(url.password, remedy),
    database: part(url.pathname.slice(1), remedy),
    tls: tlsMode(url, remedy) ?? tls,
  };
}

/** A service as a target: `talk` asks it, and returns what it found out. */
export function serviceTarget(
  scheme: string,
  service: Service,
  talk: (wire: Wire, context: AttemptContext) => Promise<Facts>,
): Target {
  return {
    description: describe(scheme, service),
    secrets: secretsOf(service),
    defaultExpectations: [],
    attempt: (context) => converse(service, context, (wire) => talk(wire, context)),
  };
}

/** What nobody may see of a service, as it is and as URLs write it. */
function secretsOf({ password }: Service): readonly string[] {
  return password === undefined ? [] : [password, encodeURIComponent(password)];
}

/** A service as people may see it. */
function describe(scheme: string, { host, port, database }: Service): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return `${scheme}://${name}:${port}${database === undefined ? '' : `/${database}`}`;
}

/** The modes of libpq and of MySQL's clients; whoever wants TLS gets its certificate judged. */
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
    // Its value may be a password.
    if (found === undefined) throw new InvalidValue(`has a ${name} that is not known`, remedy);
  }
  return found;
}

function part(text: string, remedy: string): string | undefined {
  try {
    return text === '' ? undefined : decodeURIComponent(text);
  } catch {
    throw new InvalidValue('has a % that encodes nothing', remedy);
  }
}
