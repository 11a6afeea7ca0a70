import { request as openRequest } from 'node:http';
import type { Socket } from 'node:net';
import { basicCredentials } from '@repo/core/inputs/http-url';
import { plain } from '@repo/core/text/untrusted';
import { explainEnd, explainError } from './explain.ts';
import type { ProbeFailure } from './failure.ts';
import type { Limit } from './limit.ts';
import { handshakeWithin, type TlsSettings } from './tls.ts';

/** The `Proxy-Authorization` header for the credentials in the URL of a proxy, if it has any. */
export function proxyHeaders(proxy: URL): Record<string, string> {
  const credentials = basicCredentials(proxy);
  return credentials === undefined ? {} : { 'Proxy-Authorization': credentials };
}

/** A proxy that a socket is connected to. */
export interface ConnectedProxy {
  readonly url: URL;
  /** For messages: `the proxy proxy.example:3128 (192.0.2.1)`. */
  readonly peer: string;
}

export type ProxyConnection =
  | { readonly ok: true; readonly socket: Socket }
  | { readonly ok: false; readonly failure: ProbeFailure };

/**
 * Prepares an open connection to an HTTP proxy for requests: a TLS handshake with a proxy that has an
 * https URL, then a tunnel to `authority` (`host:port`) if it is set.
 */
export async function useProxyWithin(
  socket: Socket,
  proxy: ConnectedProxy,
  { authority, ca }: { authority: string | undefined; ca: TlsSettings['ca'] },
  limit: Limit,
): Promise<ProxyConnection> {
  const { url, peer } = proxy;
  let connection = socket;
  if (url.protocol === 'https:') {
    const settings = ca === undefined ? {} : { ca };
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    const secured = await handshakeWithin(socket, { host, settings, peer }, limit);
    const [worst] = secured.certificate?.problems ?? [];
    if (!secured.ok) return { ok: false, failure: atProxy(secured.failure) };
    if (worst) {
      secured.socket.destroy();
      return { ok: false, failure: atProxy({ phase: 'tls', ...worst }) };
    }
    connection = secured.socket;
  }
  if (authority === undefined) return { ok: true, socket: connection };
  const failure = await openTunnelWithin(connection, proxy, authority, limit);
  return failure ? { ok: false, failure } : { ok: true, socket: connection };
}

/** Marks a failure as one of the proxy. */
export function atProxy(failure: ProbeFailure): ProbeFailure {
  return { ...failure, atProxy: true };
}

/** The failure of a proxy that rejects a request with a status from 400 to 499. */
export function rejectedByProxy({ peer }: ConnectedProxy, status: string): ProbeFailure {
  const message = `${peer} rejected the request: ${plain(status, 100)}`;
  return { phase: 'connect', kind: 'refused', message, atProxy: true };
}

/**
 * Opens a tunnel through the HTTP proxy that `socket` is connected to (CONNECT, RFC 9110 §9.3.6).
 * Returns the failure. Without one, the socket is connected to `authority` (`host:port`).
 */
function openTunnelWithin(
  socket: Socket,
  { url, peer }: ConnectedProxy,
  authority: string,
  limit: Limit,
): Promise<ProbeFailure | undefined> {
  const step = { phase: 'connect', peer } as const;
  return limit.wait<ProbeFailure | undefined>(
    (settle) => {
      const request = openRequest({
        createConnection: () => socket,
        method: 'CONNECT',
        path: authority,
        headers: { Host: authority, ...proxyHeaders(url) },
      });
      request.on('error', (error) => settle(atProxy(explainError(error, step))));
      request.once('connect', ({ statusCode = 0, statusMessage = '' }) => {
        if (statusCode >= 200 && statusCode < 300) return settle(undefined);
        const status = plain(`${statusCode} ${statusMessage}`, 100);
        const message = `${peer} refused a tunnel to ${plain(authority, 100)}: ${status}`;
        const failure: ProbeFailure = { ...step, kind: 'refused', message };
        // With 5xx, the proxy accepted the request, but could not connect to the target.
        settle(statusCode < 500 ? atProxy(failure) : failure);
      });
      request.end();
    },
    (end) => explainEnd(end, step, limit.timeoutMs),
  );
}
