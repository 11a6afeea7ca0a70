import { isIP } from 'node:net';
import type { SecureContext } from 'node:tls';
import type { NativeEndpoint } from '../endpoint/endpoint.ts';
import { AttemptFailed, type TestFailure } from './failure.ts';
import type { FindAddress } from './find-address.ts';
import { authorizationOf, HANDSHAKES, statusOf } from './native-protocols.ts';
import { readBody } from './read-body.ts';
import type { Target } from './target.ts';
import { openWire, type TestTimeouts, type Wire } from './wire.ts';

/** What one attempt needs besides the proxy and the target. */
export interface AttemptSettings {
  readonly timeouts: TestTimeouts;
  readonly findAddress: FindAddress;
  /** What the certificate of an HTTPS proxy is verified with. */
  readonly context: SecureContext;
  readonly isExpected: (status: number) => boolean;
  /** An answer that took longer, milliseconds, is none. */
  readonly maxLatency: number;
  readonly signal: AbortSignal;
}

export type Attempt =
  /** `ms`: from the dial to the head of the target's answer, without the look-up of the name. */
  | {
      readonly ok: true;
      readonly ms: number;
      /** The one that was dialled. */
      readonly address: string;
      /** Empty unless the target is a page. */
      readonly body: string;
    }
  | { readonly ok: false; readonly failure: TestFailure };

/**
 * One request through the proxy (`direct`: without any) to the target. Never rejects; leaves no
 * socket and no timer.
 */
export async function attempt(
  proxy: NativeEndpoint | 'direct',
  target: Target,
  settings: AttemptSettings,
): Promise<Attempt> {
  const { timeouts, findAddress, signal, isExpected, maxLatency } = settings;
  const place = proxy === 'direct' ? target : proxy;
  const found = await findAddress(place.host, signal);
  if (!found.ok) return found;
  const started = performance.now();
  const wire = openWire({ totalMs: timeouts.total, signal });
  try {
    const head = await ask(wire, found.address, proxy, target, settings);
    const ms = performance.now() - started;
    const status = statusOf(head) ?? 0;
    const { page } = target;
    if (!(page ? status >= 200 && status < 300 : isExpected(status))) {
      const why = status === 407 ? 'wants other credentials (407)' : `status ${status}`;
      const kind = status === 407 ? 'auth' : 'bad-status';
      return { ok: false, failure: { phase: 'first-byte', kind, message: why } };
    }
    if (ms > maxLatency) {
      const message = `answered after ${Math.round(ms)} ms, more than ${maxLatency}`;
      return { ok: false, failure: { phase: 'first-byte', kind: 'too-slow', message } };
    }
    if (page) wire.enter('body', timeouts.firstByte);
    const body = page ? await readBody(wire, head, page.maxBytes) : '';
    return { ok: true, ms, address: found.address, body };
  } catch (error) {
    if (error instanceof AttemptFailed) return { ok: false, failure: error.failure };
    throw error;
  } finally {
    wire.close();
  }
}

/** The head of what the target answers. */
async function ask(
  wire: Wire,
  address: string,
  proxy: NativeEndpoint | 'direct',
  target: Target,
  { timeouts, context }: AttemptSettings,
): Promise<string> {
  wire.enter('tcp', timeouts.connect);
  await wire.connect(address, proxy === 'direct' ? target.port : proxy.port);
  const form =
    proxy === 'direct' ? DIRECT : await passProxy(wire, proxy, target, timeouts, context);
  const keepSession = await secureTarget(wire, target, timeouts);
  wire.enter('first-byte', timeouts.firstByte);
  wire.write(requestOf(target, form));
  const head = await finalHead(wire);
  keepSession();
  return head;
}

/** How the target is asked: by its path, or by its whole address with a header for the proxy. */
interface RequestForm {
  readonly isAbsolute: boolean;
  readonly authorization: string;
}

const DIRECT: RequestForm = { isAbsolute: false, authorization: '' };

async function passProxy(
  wire: Wire,
  proxy: NativeEndpoint,
  target: Target,
  timeouts: TestTimeouts,
  context: SecureContext,
): Promise<RequestForm> {
  const isHttp = proxy.protocol === 'http' || proxy.protocol === 'https';
  if (proxy.protocol === 'https') {
    wire.enter('proxy-tls', timeouts.handshake);
    const servername = isIP(proxy.host) === 0 ? proxy.host : '';
    await wire.secure({ secureContext: context, servername, host: proxy.host });
  }
  // For a plain page, an HTTP proxy need not open a tunnel, and many will not.
  if (isHttp && target.tls === undefined) {
    return { isAbsolute: true, authorization: authorizationOf(proxy) };
  }
  wire.enter('proxy', timeouts.handshake);
  await HANDSHAKES[proxy.protocol](wire, proxy, target);
  return DIRECT;
}

/** The target's TLS within the tunnel; call what it returns when the target has answered. */
async function secureTarget(
  wire: Wire,
  { tls, host }: Target,
  timeouts: TestTimeouts,
): Promise<() => void> {
  if (tls === undefined) return () => {};
  wire.enter('tls', timeouts.handshake);
  const socket = await wire.secure({
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

function requestOf({ url, page }: Target, { isAbsolute, authorization }: RequestForm): string {
  const path = url.pathname + url.search;
  const own = Object.entries(page?.headers ?? {}).map(([name, value]) => `${name}: ${value}\r\n`);
  return (
    `GET ${isAbsolute ? `http://${url.host}${path}` : path} HTTP/1.1\r\nHost: ${url.host}\r\n` +
    `${authorization}User-Agent: proxy-retest\r\nAccept: */*\r\n${own.join('')}Connection: close\r\n\r\n`
  );
}

/** The head of the answer, after those that only say that it is on its way (1xx). */
async function finalHead(wire: Wire): Promise<string> {
  for (let heads = 0; heads < 10; heads++) {
    const head = await wire.takeHead();
    const status = statusOf(head);
    if (status === undefined) break;
    if (status >= 200) return head;
  }
  throw new AttemptFailed({
    phase: 'first-byte',
    kind: 'protocol',
    message: 'what comes back is not HTTP',
  });
}
