import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { isIPv6 } from 'node:net';
import { text } from 'node:stream/consumers';
import { type SecureVersion, TLSSocket } from 'node:tls';
import type { KeyPair } from '../certificates/certificates.ts';
import type { Behaviour, HttpExchange, RecordedRequest, RequestTls } from './behaviour.ts';
import { type Address, type Listener, listen } from './listener.ts';

export interface HttpServerOptions extends Address {
  /** What is done with each request; see `script.ts` for how behaviours are put together. */
  readonly script: Behaviour<HttpExchange>;
  /** HTTPS instead of HTTP. */
  readonly tls?: ServerTls;
}

export interface ServerTls {
  readonly pair: Pick<KeyPair, 'cert' | 'key'>;
  readonly minVersion?: SecureVersion;
  readonly maxVersion?: SecureVersion;
  /** mTLS: a client without a certificate that `ca` signed is refused. */
  readonly requestCert?: boolean;
  /** PEM of the authority that signs the clients. */
  readonly ca?: string;
  /** Another certificate for the clients that ask for this name (SNI). */
  readonly sni?: Readonly<Record<string, Pick<KeyPair, 'cert' | 'key'>>>;
}

export interface HttpServer extends Omit<Listener, 'perform'> {
  /** `http://127.0.0.1:43210`, without a slash at the end. */
  readonly url: string;
  /** The requests that arrived whole, in order; it grows while the server runs. */
  readonly requests: readonly RecordedRequest[];
}

/** Starts an HTTP or HTTPS server that does what the script says, right or wrong. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { script, tls, ...address } = options;
  const requests: RecordedRequest[] = [];
  const server = tls === undefined ? createServer(PATIENCE) : createSecureServer(tls);
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

/** Node's own time limits are off: a server that hangs must hang. */
const PATIENCE = { requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0 };

function createSecureServer({ pair, sni = {}, ...limits }: ServerTls): Server {
  const { cert, key } = pair;
  const server = createTlsServer({ ...PATIENCE, ...limits, cert, key });
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
