import type { HttpRequest, HttpResponse } from './http.ts';

const REDIRECT_STATUSES: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** The `Location` of a redirect, if the response is one. */
export function getLocation({ status, headers }: HttpResponse): string | undefined {
  return REDIRECT_STATUSES.has(status) ? headers.location : undefined;
}

/**
 * Resolves a `Location` relative to `from`. Returns `undefined` if it is not an http or https URL.
 * Credentials in it are removed; those of `from` are kept for the same origin.
 */
export function resolveLocation(location: string, from: URL): URL | undefined {
  if (!URL.canParse(location, from.href)) return undefined;
  const url = removeCredentials(new URL(location, from));
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  if (url.origin === from.origin) {
    url.username = from.username;
    url.password = from.password;
  }
  return url;
}

/** The request of the next hop. Its host is not resolved yet. */
export function createNextRequest(from: HttpRequest, url: URL, status: number): HttpRequest {
  const toGet =
    status === 303
      ? from.method !== 'GET' && from.method !== 'HEAD'
      : (status === 301 || status === 302) && from.method === 'POST';
  const sameOrigin = url.origin === from.url.origin;
  const { body, socketPath, tls, headers, ...kept } = from;
  const { cert, key, servername, ...others } = tls;
  // Keep the same object if nothing is removed: the TLS context is cached with it.
  const publicTls = (cert ?? key ?? servername) ? others : tls;
  return {
    ...kept,
    url,
    method: toGet ? 'GET' : from.method,
    headers: Object.fromEntries(
      Object.entries(headers).filter(([given]) => {
        const name = given.toLowerCase();
        return !(toGet && BODY_HEADERS.has(name)) && (sameOrigin || !ORIGIN_HEADERS.has(name));
      }),
    ),
    ...(body !== undefined && !toGet && { body }),
    ...(socketPath !== undefined && sameOrigin && { socketPath }),
    tls: sameOrigin ? tls : publicTls,
  };
}

const BODY_HEADERS: ReadonlySet<string> = new Set([
  'content-encoding',
  'content-language',
  'content-length',
  'content-location',
  'content-type',
  'transfer-encoding',
]);

const ORIGIN_HEADERS: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'host',
  'proxy-authorization',
]);

/** Two hops with the same key mean a redirect loop. */
export function getHopKey({ method, url }: HttpRequest): string {
  return `${method} ${url.origin}${url.pathname}${url.search}`;
}

export function removeCredentials(url: URL): URL {
  const stripped = new URL(url);
  stripped.username = '';
  stripped.password = '';
  return stripped;
}
