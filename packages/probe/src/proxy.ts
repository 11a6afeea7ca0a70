import { request as openRequest } from 'node:http';
import type { Socket } from 'node:net';
import { plain } from '@repo/core/text/untrusted';
import { explainEnd, explainError } from './explain.ts';
import type { ProbeFailure } from './failure.ts';
import type { Limit } from './limit.ts';

/** The `Proxy-Authorization` header for the credentials in the URL of a proxy, if it has any. */
export function proxyHeaders(proxy: URL): Record<string, string> {
  const credentials = basicCredentials(proxy);
  return credentials === undefined ? {} : { 'Proxy-Authorization': credentials };
}

/** The value of a Basic `Authorization` header for the credentials in a URL (RFC 7617). */
export function basicCredentials({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  return `Basic ${Buffer.from(`${decode(username)}:${decode(password)}`).toString('base64')}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // The URL parser accepts a single `%`.
    return text;
  }
}

/**
 * Opens a tunnel through the HTTP proxy that `socket` is connected to (CONNECT, RFC 9110 §9.3.6).
 * Returns the failure. Without one, the socket is connected to `authority` (`host:port`).
 */
export function openTunnelWithin(
  socket: Socket,
  { authority, proxy, peer }: { authority: string; proxy: URL; peer: string },
  limit: Limit,
): Promise<ProbeFailure | undefined> {
  const step = { phase: 'connect', peer: `the proxy ${peer}` } as const;
  return limit.wait<ProbeFailure | undefined>(
    (settle) => {
      const request = openRequest({
        createConnection: () => socket,
        method: 'CONNECT',
        path: authority,
        headers: { Host: authority, ...proxyHeaders(proxy) },
      });
      request.on('error', (error) => settle(explainError(error, step)));
      request.once('connect', ({ statusCode = 0, statusMessage = '' }) => {
        if (statusCode >= 200 && statusCode < 300) return settle(undefined);
        const status = plain(`${statusCode} ${statusMessage}`, 100);
        const message = `${step.peer} refused a tunnel to ${plain(authority, 100)}: ${status}`;
        settle({ ...step, kind: 'refused', message });
      });
      request.end();
    },
    (end) => explainEnd(end, step, limit.timeoutMs),
  );
}
