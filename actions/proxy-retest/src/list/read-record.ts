import type { Endpoint, NativeEndpoint } from '../endpoint/endpoint.ts';
import { host as hostOf, port as portOf } from '../share-link/form.ts';
import { parseShareLink } from '../share-link/share-link.ts';
import { UnusableLink } from '../share-link/unusable-link.ts';

/** What the list itself says of an endpoint. */
export interface Published {
  /** Milliseconds since the epoch. */
  readonly testedAt?: number;
  /** Milliseconds. */
  readonly latency?: number;
  readonly isWorking?: boolean;
  /** From 0 to 1. */
  readonly health?: number;
  /** From 0 to 1. */
  readonly successRate?: number;
  /** It is marked as unstable. */
  readonly isMarked?: boolean;
}

export type ReadRecord =
  | {
      readonly kind: 'endpoint';
      readonly endpoint: Endpoint;
      /** What its publisher calls it; untrusted. */
      readonly remarks: string;
      readonly published: Published;
      /** Which of its fields are not as they should be; it is tested all the same. */
      readonly problems: readonly string[];
    }
  /** Kept as it is, told, not tested. `why` is harmless text without credentials. */
  | { readonly kind: 'invalid'; readonly why: string }
  /** A comment. */
  | { readonly kind: 'none' };

type Fields = Readonly<Record<string, unknown>>;

/** A record that is a JSON object: with a share link in `config`, or with host and port. */
export function readJsonRecord(raw: string): ReadRecord {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(raw, 'latin1').toString('utf8'));
  } catch {
    return { kind: 'invalid', why: 'it is not JSON' };
  }
  if (typeof value === 'string') return asRecord(named(value, 'http'));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { kind: 'invalid', why: 'it is no JSON object' };
  }
  const fields = value as Fields;
  const found = typeof fields.config === 'string' ? link(fields.config) : byFields(fields);
  if (found.kind !== 'endpoint') return found;
  const problems: string[] = [];
  const remarks = textOf(fields.remarks) || found.remarks;
  return { ...found, remarks, published: publishedIn(fields, problems), problems };
}

/**
 * A line of a plain list: a share link, `host:port`, `user:password@host:port` or
 * `host:port:user:password`; what comes after a blank is a remark. `#` and `//` begin comments.
 */
export function readLine(raw: string, protocol: NativeEndpoint['protocol']): ReadRecord {
  if (/^(#|\/\/|;)/.test(raw)) return { kind: 'none' };
  return asRecord(named(Buffer.from(raw, 'latin1').toString('utf8'), protocol));
}

/** What a text names that says nothing else. */
function named(text: string, protocol: NativeEndpoint['protocol']): Found {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? link(text) : bare(text, protocol);
}

function asRecord(found: Found): ReadRecord {
  return found.kind === 'endpoint' ? { ...found, published: {}, problems: [] } : found;
}

type Found =
  | { readonly kind: 'endpoint'; readonly endpoint: Endpoint; readonly remarks: string }
  | Invalid;
type Invalid = Extract<ReadRecord, { kind: 'invalid' }>;

function link(text: string): Found {
  return parseShareLink(text);
}

function bare(text: string, protocol: NativeEndpoint['protocol']): Found {
  const [address = ''] = text.split(/\s+/, 1);
  const [, host, port, user, password] =
    /^([^:@/[\]]+):(\d{1,5}):([^:@]+):([^:@]+)$/.exec(address) ?? [];
  if (host !== undefined && port !== undefined) {
    return link(
      `${protocol}://${encodeURIComponent(user ?? '')}:${encodeURIComponent(password ?? '')}@${host}:${port}`,
    );
  }
  if (!/:\d+$/.test(address)) {
    return { kind: 'invalid', why: 'it is neither a share link nor host:port' };
  }
  return link(`${protocol}://${address}`);
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

/** monosans and others: `protocol`, `host` or `ip` or `address`, `port`, `username`, `password`. */
function byFields(fields: Fields): Found {
  const protocol = PROTOCOLS[textOf(fields.protocol ?? fields.type).toLowerCase()];
  const host = textOf(fields.host ?? fields.ip ?? fields.address);
  if (host === '') return { kind: 'invalid', why: 'it has neither config nor host' };
  if (protocol === undefined) return { kind: 'invalid', why: 'its protocol is not known' };
  const user = textOf(fields.username ?? fields.user);
  const password = textOf(fields.password);
  try {
    const endpoint = { protocol, host: hostOf(host), port: portOf(fields.port), user, password };
    return { kind: 'endpoint', endpoint, remarks: '' };
  } catch (error) {
    if (error instanceof UnusableLink) return { kind: 'invalid', why: error.message };
    throw error;
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}

function publishedIn(fields: Fields, problems: string[]): Published {
  const number = (name: string, value: unknown): number | undefined => {
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
    problems.push(`${name} is no number`);
    return undefined;
  };
  const own = typeof fields.retest === 'object' && fields.retest !== null ? fields.retest : {};
  const retest = own as Fields;
  const testedAt = timeOf(fields.tested_at ?? retest.tested_at, problems);
  const latency = number('latency', fields.latency ?? retest.latency);
  const health = number('health', fields.health ?? fields.health_score ?? retest.health);
  const successRate = number('success_rate', fields.success_rate);
  const isWorking = booleanOf(fields.is_working ?? retest.alive, problems);
  return {
    ...(testedAt !== undefined && { testedAt }),
    ...(latency !== undefined && { latency }),
    ...(isWorking !== undefined && { isWorking }),
    ...(health !== undefined && { health: asFraction(health) }),
    ...(successRate !== undefined && { successRate: asFraction(successRate) }),
    ...(isMarkedUnstable(fields) && { isMarked: true }),
  };
}

/** Some write 95 for 0.95. */
function asFraction(value: number): number {
  return value > 1 ? value / 100 : value;
}

function timeOf(value: unknown, problems: string[]): number | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  problems.push('tested_at is no time');
  return undefined;
}

function booleanOf(value: unknown, problems: string[]): boolean | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'boolean') return value;
  problems.push('is_working is neither true nor false');
  return undefined;
}

/** `"unstable": true`, or the word as a status or among the tags. */
function isMarkedUnstable(fields: Fields): boolean {
  if (fields.unstable === true || fields.is_unstable === true) return true;
  return [fields.status, fields.tags, fields.flags].flat().includes('unstable');
}
