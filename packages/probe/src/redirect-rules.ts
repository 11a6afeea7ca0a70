import type { HttpRequest, HttpResponse } from './http.ts';

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Where a response leads, if it is a redirect that leads anywhere. */
export function locationOf({ status, headers }: HttpResponse): string | undefined {
  return REDIRECTS.has(status) ? headers.location : undefined;
}

/**
 * The URL that a `Location` on `from` means, if it is an http or https one. It cannot bring
 * credentials of its own; those of `from` stay on its origin.
 */
export function targetOf(location: string, from: URL): URL | undefined {
  if (!URL.canParse(location, from.href)) return undefined;
  const url = withoutCredentials(new URL(location, from));
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  if (url.origin === from.origin) {
    url.username = from.username;
    url.password = from.password;
  }
  return url;
}

/** What the next hop asks; its host still has to be resolved. */
export function requestFor(from: HttpRequest, url: URL, status: number): HttpRequest {
  const toGet =
    status === 303
      ? from.method !== 'GET' && from.method !== 'HEAD'
      : (status === 301 || status === 302) && from.method === 'POST';
  const sameOrigin = url.origin === from.url.origin;
  const { body, socketPath, tls, headers, ...kept } = from;
  const { cert, key, servername, ...others } = tls;
  // The same object where nothing is taken away: handshakes keep what they prepared with it.
  const publicTls = (cert ?? key ?? servername) ? others : tls;
  return {
    ...kept,
    url,
    method: toGet ? 'GET' : from.method,
    headers: Object.fromEntries(
      Object.entries(headers).filter(([given]) => {
        const name = given.toLowerCase();
        return !(toGet && ABOUT_BODY.has(name)) && (sameOrigin || !OF_ORIGIN.has(name));
      }),
    ),
    ...(body !== undefined && !toGet && { body }),
    ...(socketPath !== undefined && sameOrigin && { socketPath }),
    tls: sameOrigin ? tls : publicTls,
  };
}

const ABOUT_BODY: ReadonlySet<string> = new Set([
  'content-encoding',
  'content-language',
  'content-length',
  'content-location',
  'content-type',
  'transfer-encoding',
]);

const OF_ORIGIN: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'host',
  'proxy-authorization',
]);

/** Two hops with the same key get the same answer: the redirects go round. */
export function keyOf({ method, url }: HttpRequest): string {
  return `${method} ${url.origin}${url.pathname}${url.search}`;
}

export function withoutCredentials(url: URL): URL {
  const stripped = new URL(url);
  stripped.username = '';
  stripped.password = '';
  return stripped;
}
