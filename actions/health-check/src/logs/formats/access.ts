import { isIP } from 'node:net';
import type { LogFormat, LoggedRequest } from '../record.ts';

/** What stands between quotes, in which quotes are escaped. */
const QUOTED = '"((?:[^"\\\\]|\\\\.)*)"';
const COMMON = new RegExp(
  `^([^["]+) \\[(\\d\\d/[A-Z][a-z]{2}/\\d{4}[: ][^\\]]*)\\] ${QUOTED} (\\d{3})(?![\\d])(.*)$`,
);
/** uvicorn has neither user nor time. */
const SHORT = new RegExp(`^(\\S+) - ${QUOTED} (\\d{3})(?![\\d])(.*)$`);

/**
 * The common and the combined format of nginx and Apache (also with the virtual host in front, and
 * with times behind), and those of werkzeug and uvicorn.
 */
export const access: LogFormat = (line) => {
  const common = COMMON.exec(line);
  if (common !== null) {
    const [, who = '', at, request = '', status, rest = ''] = common;
    const client = clientOf(who.trim().split(' '));
    if (at === undefined || client === undefined) return undefined;
    return { at, message: line, request: requestOf(client, request, status, rest) };
  }
  const [, client, request = '', status, rest = ''] = SHORT.exec(line) ?? [];
  if (client === undefined) return undefined;
  return { message: line, request: requestOf(withoutPort(client), request, status, rest) };
};

/**
 * Of `client identity user`; `host:port` of a virtual host may stand before them, and a user may
 * have spaces. Nothing else may: it would be the beginning of another format.
 */
function clientOf(words: readonly string[]): string | undefined {
  const [first = '', second = ''] = words;
  if (words.length === 3) return first;
  if (words.length < 3) return undefined;
  if (isIP(first) === 0 && /:\d+$/.test(first)) return second;
  return second === '-' ? first : undefined;
}

function withoutPort(client: string): string {
  return isIP(client) > 0 ? client : client.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
}

function requestOf(
  client: string,
  request: string,
  status: string | undefined,
  rest: string,
): LoggedRequest {
  const [, method, target] = /^([A-Z][A-Z-]{1,19}) (.*?)(?: HTTP\/[\d.]+)?$/.exec(request) ?? [];
  const latencyMs = latencyOf(rest);
  return {
    client,
    status: Number(status),
    ...(method !== undefined && { method }),
    ...(target !== undefined && { path: pathOf(target) }),
    ...(latencyMs !== undefined && { latencyMs }),
  };
}

/** The path of what a request asked for: no query, which has secrets, and no origin. */
export function pathOf(target: string): string {
  const path = target.replace(/^https?:\/\/[^/?#]*/, '').replace(/[?#].*$/s, '');
  return path === '' ? '/' : path;
}

/**
 * What is logged after a combined line is up to the administrator. Understood is what says its
 * unit: `rt=0.123` and nginx's bare `0.123` are seconds, `12ms`, `1234us`.
 */
function latencyOf(rest: string): number | undefined {
  const [, named] =
    /(?:^|[\s"])(?:rt|request_time|req_time|response_time)[=:]"?(\d+\.\d+)/.exec(rest) ?? [];
  if (named !== undefined) return Number(named) * 1_000;
  const [, amount, unit] = /(?:^|[\s"=])(\d+(?:\.\d+)?)(ms|us|µs)"?$/.exec(rest) ?? [];
  if (amount !== undefined) return unit === 'ms' ? Number(amount) : Number(amount) / 1_000;
  const [, bare] = /\s(\d+\.\d{3})$/.exec(rest) ?? [];
  return bare === undefined ? undefined : Number(bare) * 1_000;
}
