import { request as openRequest } from 'node:http';
import type { Socket } from 'node:net';
import { plain } from '@repo/core/text/untrusted';
import { explainEnd, explainError } from './explain.ts';
import type { ProbeFailure } from './failure.ts';
import type { Limit } from './limit.ts';

/** `proxy-authorization` for the user and password of a proxy's URL, if it has them. */
export function proxyHeaders(proxy: URL): Record<string, string> {
  const credentials = basicCredentials(proxy);
  return credentials === undefined ? {} : { 'Proxy-Authorization': credentials };
}

/** The value of a Basic authorization for the user and password in a URL (RFC 7617). */
export function basicCredentials({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  return `Basic ${Buffer.from(`${decode(username)}:${decode(password)}`).toString('base64')}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A lone `%`, which the URL parser lets through.
    return text;
  }
}

/**
 * Asks the HTTP proxy at the other end of `socket` for a tunnel (CONNECT, RFC 9110 §9.3.6). The
 * failure, if there is one; otherwise the socket leads to `authority` (`host:port`).
 */
export function openTunnelWithin(
  socket: Socket,
  { authority, proxy, peer }: { authority: string; proxy: URL; peer: string },
  limit: Limit,
): Promise<ProbeFailure | undefined> {
  const place = { phase: 'connect', peer: `the proxy ${peer}` } as const;
  return limit.wait<ProbeFailure | undefined>(
    (settle) => {
      const request = openRequest({
        createConnection: () => socket,
        method: 'CONNECT',
        path: authority,
        headers: { Host: authority, ...proxyHeaders(proxy) },
      });
      request.on('error', (error) => settle(explainError(error, place)));
      request.once('connect', ({ statusCode = 0, statusMessage = '' }) => {
        if (statusCode >= 200 && statusCode < 300) return settle(undefined);
        const answer = plain(`${statusCode} ${statusMessage}`, 100);
        const message = `${place.peer} refused a tunnel to ${plain(authority, 100)}: ${answer}`;
        settle({ ...place, kind: 'refused', message });
      });
      request.end();
    },
    (end) => explainEnd(end, place, limit.timeoutMs),
  );
}
