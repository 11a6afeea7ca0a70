import { stripQuery } from './formats/access.ts';
import type { LoggedRequest } from './record.ts';

/** Reads a field of a structured line. `a.b` is the field `b` of `a`, or a name with a dot. */
export type ReadField = (name: string) => unknown;

const METHOD = [
  'method',
  'request_method',
  'req.method',
  'http.request.method',
  'http.method',
  'httpRequest.requestMethod',
];
const STATUS = [
  'status',
  'status_code',
  'statusCode',
  'res.statusCode',
  'res.status',
  'http.response.status_code',
  'http.status_code',
  'httpRequest.status',
];
const PATH = [
  'path',
  'uri',
  'request_uri',
  'url',
  'req.url',
  'url.path',
  'url.original',
  'http.target',
  'http.path',
  'httpRequest.requestUrl',
];
const CLIENT = [
  'remote_addr',
  'client_ip',
  'clientIp',
  'remote_ip',
  'remoteAddress',
  'req.remoteAddress',
  'client.ip',
  'client.address',
  'source.ip',
  'ip',
  'client',
  'httpRequest.remoteIp',
];
/** Fields with a known unit → factor to milliseconds. */
const LATENCY: Readonly<Record<string, number>> = {
  responseTime: 1,
  response_time_ms: 1,
  duration_ms: 1,
  durationMs: 1,
  latency_ms: 1,
  latencyMs: 1,
  elapsed_ms: 1,
  elapsedMs: 1,
  took_ms: 1,
  request_time: 1_000,
  duration_seconds: 1_000,
  'event.duration': 1e-6,
};
/** Fields with values such as `12ms`, `1.5s`, `350µs`. */
const LATENCY_TEXT = ['duration', 'latency', 'elapsed', 'took', 'httpRequest.latency'];
const UNITS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1_000 };

/**
 * The request in a structured line, which must have a method and a status. nginx logs an empty
 * method for invalid requests.
 */
export function parseRequest(read: ReadField): LoggedRequest | undefined {
  const hasMethod = METHOD.some((name) => typeof read(name) === 'string');
  const status = readNumber(read, STATUS);
  if (!hasMethod || status === undefined || !(status >= 100 && status < 600)) return undefined;
  const method = /^[A-Za-z-]{2,20}$/.exec(readText(read, METHOD) ?? '')?.[0];
  const client = readText(read, CLIENT);
  const path = readText(read, PATH);
  const latencyMs = readLatency(read);
  return {
    status,
    ...(method !== undefined && { method: method.toUpperCase() }),
    ...(client !== undefined && { client }),
    ...(path !== undefined && { path: stripQuery(path) }),
    ...(latencyMs !== undefined && { latencyMs }),
  };
}

/** The first of the fields that is a non-empty text. */
export function readText(read: ReadField, names: readonly string[]): string | undefined {
  return names
    .map(read)
    .find((value): value is string => typeof value === 'string' && value !== '');
}

function readNumber(read: ReadField, names: readonly string[]): number | undefined {
  return names
    .map(read)
    .map(toNumber)
    .find((value) => value !== undefined);
}

/** nginx logs numbers as texts. */
function toNumber(value: unknown): number | undefined {
  if (typeof value === 'string' && !/^\d+(\.\d+)?$/.test(value)) return undefined;
  const number =
    typeof value === 'string' || typeof value === 'number' ? Number(value) : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
}

function readLatency(read: ReadField): number | undefined {
  for (const [name, unit] of Object.entries(LATENCY)) {
    const value = toNumber(read(name));
    if (value !== undefined) return value * unit;
  }
  const [, amount, unit = ''] =
    /^(\d+(?:\.\d+)?) ?(ns|us|µs|ms|s)$/.exec(readText(read, LATENCY_TEXT) ?? '') ?? [];
  return amount === undefined ? undefined : Number(amount) * (UNITS[unit] ?? Number.NaN);
}
