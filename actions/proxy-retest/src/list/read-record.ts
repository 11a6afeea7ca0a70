import type { Endpoint, NativeEndpoint } from '../endpoint/endpoint.ts';
import { parseHost, parsePort } from '../share-link/field-parsers.ts';
import { InvalidLink } from '../share-link/invalid-link.ts';
import { parseShareLink } from '../share-link/share-link.ts';

/** The status of an endpoint according to the list. */
export interface PublishedStatus {
  /** Milliseconds since the epoch. */
  readonly testedAt?: number;
  /** Milliseconds. */
  readonly latency?: number;
  readonly isWorking?: boolean;
  /** From 0 to 1. */
  readonly health?: number;
  /** From 0 to 1. */
  readonly successRate?: number;
  /** Whether the list marks it as unstable. */
  readonly isMarked?: boolean;
}

export type ReadRecord =
  | {
      readonly kind: 'endpoint';
      readonly endpoint: Endpoint;
      /** The name from the list; untrusted. */
      readonly remarks: string;
      readonly published: PublishedStatus;
      /** Invalid fields that do not prevent a test. */
      readonly problems: readonly string[];
    }
  /** Kept unchanged and not tested. `reason` is printable text without credentials. */
  | { readonly kind: 'invalid'; readonly reason: string }
  | { readonly kind: 'comment' };

type Fields = Readonly<Record<string, unknown>>;

/** Reads a JSON object with a share link in `config`, or with host and port. */
export function readJsonRecord(raw: string): ReadRecord {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(raw, 'latin1').toString('utf8'));
  } catch {
    return { kind: 'invalid', reason: 'it is not JSON' };
  }
  if (typeof value === 'string') return toRecord(parseText(value, 'http'));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { kind: 'invalid', reason: 'it is not a JSON object' };
  }
  const fields = value as Fields;
  const found =
    typeof fields.config === 'string' ? parseShareLink(fields.config) : parseFields(fields);
  if (found.kind !== 'endpoint') return found;
  const problems: string[] = [];
  const remarks = toText(fields.remarks) || found.remarks;
  return { ...found, remarks, published: readStatus(fields, problems), problems };
}

/**
 * Reads a line of a plain list: a share link, `host:port`, `user:password@host:port` or
 * `host:port:user:password`, followed by an optional remark. Comments start with `#`, `//` or `;`.
 */
export function readLine(raw: string, protocol: NativeEndpoint['protocol']): ReadRecord {
  if (/^(#|\/\/|;)/.test(raw)) return { kind: 'comment' };
  return toRecord(parseText(Buffer.from(raw, 'latin1').toString('utf8'), protocol));
}

function parseText(text: string, protocol: NativeEndpoint['protocol']): ParsedEndpoint {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text)
    ? parseShareLink(text)
    : parseBareAddress(text, protocol);
}

function toRecord(found: ParsedEndpoint): ReadRecord {
  return found.kind === 'endpoint' ? { ...found, published: {}, problems: [] } : found;
}

type ParsedEndpoint =
  | { readonly kind: 'endpoint'; readonly endpoint: Endpoint; readonly remarks: string }
  | Invalid;
type Invalid = Extract<ReadRecord, { kind: 'invalid' }>;

function parseBareAddress(text: string, protocol: NativeEndpoint['protocol']): ParsedEndpoint {
  const [address = ''] = text.split(/\s+/, 1);
  const [, host, port, user, password] =
    /^([^:@/[\]]+):(\d{1,5}):([^:@]+):([^:@]+)$/.exec(address) ?? [];
  if (host !== undefined && port !== undefined) {
    return parseShareLink(
      `${protocol}://${encodeURIComponent(user ?? '')}:${encodeURIComponent(password ?? '')}@${host}:${port}`,
    );
  }
  if (!/:\d+$/.test(address)) {
    return { kind: 'invalid', reason: 'it is neither a share link nor host:port' };
  }
  return parseShareLink(`${protocol}://${address}`);
}

const PROTOCOLS: Readonly<Record<string, NativeEndpoint['protocol']>> = {
  __proto__: null as never,
  http: 'http',
  https: 'https',
  socks: 'socks5',
  socks4: 'socks4',
  socks4a: 'socks4a',
  socks5: 'socks5',
  socks5h: 'socks5',
};

/** The format of monosans and others: `protocol`, `host` or `ip` or `address`, `port`, `username`, `password`. */
function parseFields(fields: Fields): ParsedEndpoint {
  const protocol = PROTOCOLS[toText(fields.protocol ?? fields.type).toLowerCase()];
  const host = toText(fields.host ?? fields.ip ?? fields.address);
  if (host === '') return { kind: 'invalid', reason: 'it has neither config nor host' };
  if (protocol === undefined) return { kind: 'invalid', reason: 'its protocol is not supported' };
  const user = toText(fields.username ?? fields.user);
  const password = toText(fields.password);
  try {
    const endpoint = {
      protocol,
      host: parseHost(host),
      port: parsePort(fields.port),
      user,
      password,
    };
    return { kind: 'endpoint', endpoint, remarks: '' };
  } catch (error) {
    if (error instanceof InvalidLink) return { kind: 'invalid', reason: error.message };
    throw error;
  }
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}

function readStatus(fields: Fields, problems: string[]): PublishedStatus {
  const number = (name: string, value: unknown): number | undefined => {
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
    problems.push(`${name} is not a number`);
    return undefined;
  };
  const own = typeof fields.retest === 'object' && fields.retest !== null ? fields.retest : {};
  const retest = own as Fields;
  const testedAt = parseTime(fields.tested_at ?? retest.tested_at, problems);
  const latency = number('latency', fields.latency ?? retest.latency);
  const health = number('health', fields.health ?? fields.health_score ?? retest.health);
  const successRate = number('success_rate', fields.success_rate);
  const isWorking = parseBoolean(fields.is_working ?? retest.alive, problems);
  return {
    ...(testedAt !== undefined && { testedAt }),
    ...(latency !== undefined && { latency }),
    ...(isWorking !== undefined && { isWorking }),
    ...(health !== undefined && { health: toFraction(health) }),
    ...(successRate !== undefined && { successRate: toFraction(successRate) }),
    ...(isMarkedUnstable(fields) && { isMarked: true }),
  };
}

/** Some lists contain percentages. */
function toFraction(value: number): number {
  return value > 1 ? value / 100 : value;
}

function parseTime(value: unknown, problems: string[]): number | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  problems.push('tested_at is not a valid time');
  return undefined;
}

function parseBoolean(value: unknown, problems: string[]): boolean | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'boolean') return value;
  problems.push('is_working is neither true nor false');
  return undefined;
}

/** `"unstable": true`, or `unstable` as the status or as a tag. */
function isMarkedUnstable(fields: Fields): boolean {
  if (fields.unstable === true || fields.is_unstable === true) return true;
  return [fields.status, fields.tags, fields.flags].flat().includes('unstable');
}
