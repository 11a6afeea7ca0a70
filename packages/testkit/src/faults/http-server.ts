import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { isIPv6 } from 'node:net';
import { text } from 'node:stream/consumers';
import { type SecureVersion, TLSSocket } from 'node:tls';
import type { KeyPair } from '../certificates/certificates.ts';
import type { Behaviour, HttpExchange, RecordedRequest, RequestTls } from './behaviour.ts';
import { type Address, type Listener, listen } from './listener.ts';

export interface HttpServerOptions extends Address {
  /** The behaviour for each request; `script.ts` combines behaviours. */
  readonly script: Behaviour<HttpExchange>;
  /** HTTPS instead of HTTP. */
  readonly tls?: ServerTls;
}

export interface ServerTls {
  readonly pair: Pick<KeyPair, 'cert' | 'key'>;
  readonly minVersion?: SecureVersion;
  readonly maxVersion?: SecureVersion;
  /** mTLS: rejects clients without a certificate signed by `ca`. */
  readonly requestCert?: boolean;
  /** The CA of client certificates, PEM. */
  readonly ca?: string;
  /** Certificates by SNI name. */
  readonly sni?: Readonly<Record<string, Pick<KeyPair, 'cert' | 'key'>>>;
}

export interface HttpServer extends Omit<Listener, 'perform'> {
  /** `http://127.0.0.1:43210`, without a slash at the end. */
  readonly url: string;
  /** The completely received requests, in order; grows while the server runs. */
  readonly requests: readonly RecordedRequest[];
}

/** Starts an HTTP or HTTPS server that runs the script for each request. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { script, tls, ...address } = options;
  const requests: RecordedRequest[] = [];
  const server = tls === undefined ? createServer(NO_TIMEOUTS) : createSecureServer(tls);
  const listener = await listen(server, address);
  const { host, port } = listener;

  const onRequest: RequestListener = (incoming, response) =>
    listener.perform(incoming.socket, async (connection) => {
      const request = await record(incoming, connection.number);
      requests.push(request);
      await script({ ...connection, request, response });
    });
  server.on('request', onRequest);

  const scheme = tls === undefined ? 'http' : 'https';
  const url = `${scheme}://${isIPv6(host) ? `[${host}]` : host}:${port}`;
  return Object.assign(listener, { url, requests });
}

/** Disables Node's timeouts, so that a server can hang. */
const NO_TIMEOUTS = { requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0 };

function createSecureServer({ pair, sni = {}, ...limits }: ServerTls): Server {
  const { cert, key } = pair;
  const server = createTlsServer({ ...NO_TIMEOUTS, ...limits, cert, key });
  for (const [name, other] of Object.entries(sni)) {
    server.addContext(name, { ...limits, cert: other.cert, key: other.key });
  }
  return server;
}

async function record(incoming: IncomingMessage, connection: number): Promise<RecordedRequest> {
  const { method = '', url = '', headers, socket } = incoming;
  const [path = ''] = url.split('?');
  const body = await text(incoming);
  const tls = socket instanceof TLSSocket ? { tls: describeTls(socket) } : {};
  return { method, url, path, headers, body, connection, ...tls };
}

function describeTls(socket: TLSSocket): RequestTls {
  const commonName = socket.getPeerCertificate().subject?.CN;
  return {
    version: socket.getProtocol() ?? '',
    serverName: socket.servername || undefined,
    clientName: Array.isArray(commonName) ? commonName[0] : commonName,
  };
}
