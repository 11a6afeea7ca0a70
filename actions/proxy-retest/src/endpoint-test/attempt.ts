import { isIP } from 'node:net';
import type { SecureContext } from 'node:tls';
import type { NativeEndpoint } from '../endpoint/endpoint.ts';
import { type Connection, openConnection, type TestTimeouts } from './connection.ts';
import { AttemptFailed, type TestFailure } from './failure.ts';
import type { FindAddress } from './find-address.ts';
import { formatAuthorization, HANDSHAKES, parseStatus } from './native-protocols.ts';
import { readBody } from './read-body.ts';
import type { Target } from './target.ts';

export interface AttemptSettings {
  readonly timeouts: TestTimeouts;
  readonly findAddress: FindAddress;
  /** Verifies the certificate of an HTTPS proxy. */
  readonly context: SecureContext;
  readonly isExpected: (status: number) => boolean;
  /** A slower answer is a failure. */
  readonly maxLatencyMs: number;
  readonly signal: AbortSignal;
}

export type Attempt =
  | {
      readonly ok: true;
      /** From dialling to the head of the response, without the DNS lookup. */
      readonly latencyMs: number;
      /** The address that was dialled. */
      readonly address: string;
      /** Empty unless the body of the target is read. */
      readonly body: string;
    }
  | { readonly ok: false; readonly failure: TestFailure };

/**
 * Sends one request through the proxy to the target; `direct` uses no proxy. Never rejects, and leaves
 * no socket or timer open.
 */
export async function attempt(
  proxy: NativeEndpoint | 'direct',
  target: Target,
  settings: AttemptSettings,
): Promise<Attempt> {
  const { timeouts, findAddress, signal, isExpected, maxLatencyMs } = settings;
  const server = proxy === 'direct' ? target : proxy;
  const found = await findAddress(server.host, signal);
  if (!found.ok) return found;
  const startedAt = performance.now();
  const connection = openConnection({ totalMs: timeouts.totalMs, signal });
  try {
    const head = await requestTarget(connection, found.address, proxy, target, settings);
    const latencyMs = performance.now() - startedAt;
    const status = parseStatus(head) ?? 0;
    const { page } = target;
    if (!(page ? status >= 200 && status < 300 : isExpected(status))) {
      const message = status === 407 ? 'rejects the credentials (407)' : `status ${status}`;
      const kind = status === 407 ? 'auth' : 'bad-status';
      return { ok: false, failure: { phase: 'first-byte', kind, message } };
    }
    if (latencyMs > maxLatencyMs) {
      const message = `answered after ${Math.round(latencyMs)} ms, max-latency is ${maxLatencyMs} ms`;
      return { ok: false, failure: { phase: 'first-byte', kind: 'too-slow', message } };
    }
    if (page) connection.enter('body', timeouts.firstByteMs);
    const body = page ? await readBody(connection, head, page.maxBytes) : '';
    return { ok: true, latencyMs, address: found.address, body };
  } catch (error) {
    if (error instanceof AttemptFailed) return { ok: false, failure: error.failure };
    throw error;
  } finally {
    connection.close();
  }
}

/** Returns the head of the target's response. */
async function requestTarget(
  connection: Connection,
  address: string,
  proxy: NativeEndpoint | 'direct',
  target: Target,
  { timeouts, context }: AttemptSettings,
): Promise<string> {
  connection.enter('tcp', timeouts.connectMs);
  await connection.connect(address, proxy === 'direct' ? target.port : proxy.port);
  const form =
    proxy === 'direct' ? DIRECT : await passProxy(connection, proxy, target, timeouts, context);
  const keepSession = await secureTarget(connection, target, timeouts);
  connection.enter('first-byte', timeouts.firstByteMs);
  connection.write(formatRequest(target, form));
  const head = await readFinalHead(connection);
  keepSession();
  return head;
}

/** Requests the path, or the absolute URL with a header for the proxy. */
interface RequestForm {
  readonly isAbsolute: boolean;
  readonly authorization: string;
}

const DIRECT: RequestForm = { isAbsolute: false, authorization: '' };

async function passProxy(
  connection: Connection,
  proxy: NativeEndpoint,
  target: Target,
  timeouts: TestTimeouts,
  context: SecureContext,
): Promise<RequestForm> {
  const isHttp = proxy.protocol === 'http' || proxy.protocol === 'https';
  if (proxy.protocol === 'https') {
    connection.enter('proxy-tls', timeouts.handshakeMs);
    const servername = isIP(proxy.host) === 0 ? proxy.host : '';
    await connection.secure({ secureContext: context, servername, host: proxy.host });
  }
  // Many HTTP proxies refuse a tunnel for plain HTTP, which does not need one.
  if (isHttp && target.tls === undefined) {
    return { isAbsolute: true, authorization: formatAuthorization(proxy) };
  }
  connection.enter('proxy', timeouts.handshakeMs);
  await HANDSHAKES[proxy.protocol](connection, proxy, target);
  return DIRECT;
}

/** Starts TLS with the target inside the tunnel; call the returned function after the response. */
async function secureTarget(
  connection: Connection,
  { tls, host }: Target,
  timeouts: TestTimeouts,
): Promise<() => void> {
  if (tls === undefined) return () => {};
  connection.enter('tls', timeouts.handshakeMs);
  const socket = await connection.secure({
    secureContext: tls.context,
    servername: tls.serverName,
    host,
    ...(tls.session && { session: tls.session }),
  });
  let session: Buffer | undefined;
  socket.on('session', (given: Buffer) => {
    session = given;
  });
  return () => {
    tls.session = session ?? socket.getSession() ?? tls.session;
  };
}

function formatRequest({ url, page }: Target, { isAbsolute, authorization }: RequestForm): string {
  const path = url.pathname + url.search;
  const headers = Object.entries(page?.headers ?? {}).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return (
    `GET ${isAbsolute ? `http://${url.host}${path}` : path} HTTP/1.1\r\nHost: ${url.host}\r\n` +
    `${authorization}User-Agent: proxy-retest\r\nAccept: */*\r\n${headers.join('')}Connection: close\r\n\r\n`
  );
}

/** Skips interim responses (1xx). */
async function readFinalHead(connection: Connection): Promise<string> {
  for (let heads = 0; heads < 10; heads++) {
    const head = await connection.takeHead();
    const status = parseStatus(head);
    if (status === undefined) break;
    if (status >= 200) return head;
  }
  throw new AttemptFailed({
    phase: 'first-byte',
    kind: 'protocol',
    message: 'the response is not HTTP',
  });
}
