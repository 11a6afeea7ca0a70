import { isIP } from 'node:net';
import type { LogFormat, LoggedRequest } from '../record.ts';

/** A quoted text with escaped quotes. */
const QUOTED = '"((?:[^"\\\\]|\\\\.)*)"';
const COMMON = new RegExp(
  `^([^["]+) \\[(\\d\\d/[A-Z][a-z]{2}/\\d{4}[: ][^\\]]*)\\] ${QUOTED} (\\d{3})(?![\\d])(.*)$`,
);
/** uvicorn logs neither user nor time. */
const SHORT = new RegExp(`^(\\S+) - ${QUOTED} (\\d{3})(?![\\d])(.*)$`);

/**
 * The common and combined formats of nginx and Apache, optionally with a virtual host or latencies,
 * and the formats of werkzeug and uvicorn.
 */
export const access: LogFormat = (line) => {
  const common = COMMON.exec(line);
  if (common !== null) {
    const [, prefix = '', at, request = '', status, rest = ''] = common;
    const client = parseClient(prefix.trim().split(' '));
    if (at === undefined || client === undefined) return undefined;
    return { at, message: line, request: parseRequestLine(client, request, status, rest) };
  }
  const [, client, request = '', status, rest = ''] = SHORT.exec(line) ?? [];
  if (client === undefined) return undefined;
  return { message: line, request: parseRequestLine(withoutPort(client), request, status, rest) };
};

/**
 * The client in `client identity user`, optionally after the `host:port` of a virtual host. A user
 * may contain spaces. Any other prefix belongs to another format.
 */
function parseClient(words: readonly string[]): string | undefined {
  const [first = '', second = ''] = words;
  if (words.length === 3) return first;
  if (words.length < 3) return undefined;
  if (isIP(first) === 0 && /:\d+$/.test(first)) return second;
  return second === '-' ? first : undefined;
}

function withoutPort(client: string): string {
  return isIP(client) > 0 ? client : client.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
}

function parseRequestLine(
  client: string,
  request: string,
  status: string | undefined,
  rest: string,
): LoggedRequest {
  const [, method, target] = /^([A-Z][A-Z-]{1,19}) (.*?)(?: HTTP\/[\d.]+)?$/.exec(request) ?? [];
  const latencyMs = parseLatency(rest);
  return {
    client,
    status: Number(status),
    ...(method !== undefined && { method }),
    ...(target !== undefined && { path: stripQuery(target) }),
    ...(latencyMs !== undefined && { latencyMs }),
  };
}

/** The path of a request target, without its origin and its query, which may contain secrets. */
export function stripQuery(target: string): string {
  const path = target.replace(/^https?:\/\/[^/?#]*/, '').replace(/[?#].*$/s, '');
  return path === '' ? '/' : path;
}

/**
 * Administrators add fields after the combined format. Only latencies with a known unit count:
 * `rt=0.123` and the bare `0.123` of nginx (seconds), `12ms`, `1234us`.
 */
function parseLatency(rest: string): number | undefined {
  const [, named] =
    /(?:^|[\s"])(?:rt|request_time|req_time|response_time)[=:]"?(\d+\.\d+)/.exec(rest) ?? [];
  if (named !== undefined) return Number(named) * 1_000;
  const [, amount, unit] = /(?:^|[\s"=])(\d+(?:\.\d+)?)(ms|us|µs)"?$/.exec(rest) ?? [];
  if (amount !== undefined) return unit === 'ms' ? Number(amount) : Number(amount) / 1_000;
  const [, bare] = /\s(\d+\.\d{3})$/.exec(rest) ?? [];
  return bare === undefined ? undefined : Number(bare) * 1_000;
}
