import type { Socket } from 'node:net';
import { basicCredentials } from '@repo/core/inputs/http-url';
import { ACCEPTED_ENCODINGS } from './body.ts';
import type { CertificateFacts } from './certificate.ts';
import { type Message, prepareExchange } from './exchange.ts';
import { peerName } from './explain.ts';
import type { PhaseTimings, ProbeFailure } from './failure.ts';
import { type Bounds, type Limit, within } from './limit.ts';
import {
  atProxy,
  type ConnectedProxy,
  proxyHeaders,
  rejectedByProxy,
  useProxyWithin,
} from './proxy.ts';
import type { ResolvedHost } from './resolve.ts';
import { connectWithin } from './tcp.ts';
import { handshakeWithin, type TlsSettings } from './tls.ts';

/** 1 MiB */
export const DEFAULT_MAX_BODY_BYTES = 1_048_576;

/** `timeoutMs` limits the whole attempt, including the body. */
export interface HttpRequest extends Bounds {
  /** `http:` or `https:`. Credentials in the URL are sent as a Basic `Authorization` header. */
  readonly url: URL;
  readonly method: string;
  /** Sent unchanged. They replace the default headers (host, accept, accept-encoding). */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** The result of resolving `url.hostname`. */
  readonly resolved: ResolvedHost;
  /** The address to connect to: one of `resolved`, or of the proxy. Not used with `socketPath`. */
  readonly address: string;
  /** Connects to this Unix socket instead. */
  readonly socketPath?: string;
  /** Accepts certificates that are not trusted. */
  readonly insecure: boolean;
  readonly tls: TlsSettings;
  /** Limit of the body, before and after decompression. */
  readonly maxBodyBytes: number;
  /** An HTTP proxy, `http(s)://user:password@host:port`: CONNECT for https, absolute form for http. */
  readonly proxy?: URL;
}

export interface HttpResponse {
  readonly status: number;
  readonly statusText: string;
  /** Lower-case names (no prototype), repeated values joined with `, `, raw. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** The body was longer than `maxBodyBytes`. */
  readonly truncated: boolean;
  /** Bytes of `body`. */
  readonly size: number;
  /** `1.1` */
  readonly httpVersion: string;
  /** The address of the connection, or the path of the socket. */
  readonly address: string;
  readonly certificate?: CertificateFacts;
}

export type HttpAttempt =
  | { readonly ok: true; readonly response: HttpResponse; readonly phases: PhaseTimings }
  | {
      readonly ok: false;
      readonly failure: ProbeFailure;
      readonly phases: PhaseTimings;
      readonly certificate?: CertificateFacts;
      readonly address?: string;
    };

/**
 * Sends one request over its own connection, without following redirects. If the certificate is not
 * trusted, nothing is sent (except with `insecure`), and the failure is the worst problem of the
 * certificate. A body above the limit is truncated; the attempt is still `ok`.
 */
export function requestOnce(request: HttpRequest): Promise<HttpAttempt> {
  return within(request, (limit) => requestWithin(request, limit));
}

/** {@link requestOnce} with a limit that several requests share. */
export async function requestWithin(request: HttpRequest, limit: Limit): Promise<HttpAttempt> {
  const connection: { socket?: Socket } = {};
  try {
    return await attempt(request, limit, connection);
  } finally {
    connection.socket?.destroy();
  }
}

async function attempt(
  request: HttpRequest,
  limit: Limit,
  connection: { socket?: Socket },
): Promise<HttpAttempt> {
  const { url, socketPath, proxy } = request;
  const prepared = prepareExchange(getMessage(request));
  const started = performance.now();
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = getPort(url);
  const address = socketPath ?? request.address;
  const peer = socketPath ?? peerName(host, port, proxy ? host : address);

  const phases: { -readonly [P in keyof PhaseTimings]: PhaseTimings[P] } = { total: 0 };
  if (socketPath === undefined) phases.dns = request.resolved.ms;
  const done = () => {
    phases.total = performance.now() - started + (phases.dns ?? 0);
    return phases;
  };
  let certificate: CertificateFacts | undefined;
  const failed = (failure: ProbeFailure): HttpAttempt => ({
    ok: false,
    failure,
    phases: done(),
    address,
    ...(certificate && { certificate }),
  });

  const usedProxy: ConnectedProxy | undefined = proxy && {
    url: proxy,
    peer: `the proxy ${peerName(proxy.hostname, getPort(proxy), address)}`,
  };
  const tcp = await connectWithin(
    socketPath === undefined ? { address, port: getPort(proxy ?? url) } : { socketPath },
    limit,
    usedProxy?.peer ?? peer,
  );
  if (!tcp.ok) return failed(usedProxy ? atProxy(tcp.failure) : tcp.failure);
  connection.socket = tcp.socket;
  if (usedProxy) {
    const authority = url.protocol === 'https:' ? `${url.hostname}:${port}` : undefined;
    const { ca } = request.tls;
    const used = await useProxyWithin(tcp.socket, usedProxy, { authority, ca }, limit);
    if (!used.ok) return failed(used.failure);
    connection.socket = used.socket;
  }
  phases.connect = performance.now() - started;

  if (url.protocol === 'https:') {
    const secured = await handshakeWithin(
      connection.socket,
      { host, settings: request.tls, peer, alpn: ['http/1.1'] },
      limit,
    );
    if (!secured.ok) return failed(secured.failure);
    phases.tls = secured.ms;
    connection.socket = secured.socket;
    certificate = secured.certificate;
    const [worst] = certificate.problems;
    if (worst && !request.insecure) return failed({ phase: 'tls', ...worst });
  }

  const exchange = await prepared.send(
    connection.socket,
    { maxBodyBytes: request.maxBodyBytes, peer },
    limit,
  );
  if (exchange.firstByte !== undefined) phases.firstByte = exchange.firstByte;
  if (!exchange.ok) return failed(exchange.failure);
  const { bytes, ...answer } = exchange.answer;
  // Only a proxy responds with this status.
  if (usedProxy && url.protocol === 'http:' && answer.status === PROXY_AUTHENTICATION_REQUIRED) {
    return failed(rejectedByProxy(usedProxy, `${answer.status} ${answer.statusText}`));
  }
  const response = { ...answer, body: bytes, size: bytes.length, address };
  return {
    ok: true,
    response: certificate ? { ...response, certificate } : response,
    phases: done(),
  };
}

const PROXY_AUTHENTICATION_REQUIRED = 407;

function getPort(url: URL): number {
  return Number(url.port || (url.protocol === 'https:' ? 443 : 80));
}

function getMessage({ url, method, headers, body, proxy }: HttpRequest): Message {
  const target = url.pathname + url.search;
  const absolute = proxy !== undefined && url.protocol === 'http:';
  return {
    method,
    target: absolute ? `http://${url.host}${target}` : target,
    headers: withDefaults(headers, {
      Host: url.host,
      Connection: 'close',
      Accept: '*/*',
      'Accept-Encoding': ACCEPTED_ENCODINGS,
      // Node sends a GET body without a length. The server would read it as a second request.
      ...(body !== undefined && { 'Content-Length': String(Buffer.byteLength(body)) }),
      ...createBasicHeader(url),
      ...(absolute && proxyHeaders(proxy)),
    }),
    body,
  };
}

function createBasicHeader(url: URL): Record<string, string> {
  const credentials = basicCredentials(url);
  return credentials === undefined ? {} : { Authorization: credentials };
}

function withDefaults(
  given: Readonly<Record<string, string>>,
  defaults: Record<string, string>,
): Record<string, string> {
  const names = new Set(Object.keys(given).map((name) => name.toLowerCase()));
  const missing = Object.entries(defaults).filter(([name]) => !names.has(name.toLowerCase()));
  return { ...Object.fromEntries(missing), ...given };
}
