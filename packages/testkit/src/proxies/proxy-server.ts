import { createServer, connect as dial, isIPv6, type Socket } from 'node:net';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';
import type { KeyPair } from '../certificates/certificates.ts';
import { type Address, type Listener, listen } from '../faults/listener.ts';
import { greetHttp } from './http-greeting.ts';
import { greetSocks } from './socks-greeting.ts';

/** How the proxy goes wrong; `none` is a proxy that works. */
export type ProxyFault =
  | { readonly kind: 'none' }
  /** Takes the connection and says nothing. */
  | { readonly kind: 'hang' }
  /** Opens the way (200, granted) and passes nothing on. */
  | { readonly kind: 'hang-after-grant' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'close' }
  /** Sends its answer a byte at a time, so many ms apart. */
  | { readonly kind: 'drip'; readonly ms: number }
  /** Sends headers that never end. */
  | { readonly kind: 'endless-headers' }
  /** Says 200 to a CONNECT, and sends a page of its own. */
  | { readonly kind: 'no-tunnel' }
  /** Refuses whatever is asked for. */
  | { readonly kind: 'refuse' }
  /** Wants other credentials, whatever it is given. */
  | { readonly kind: 'wants-credentials' }
  /** Says something that is no proxy's. */
  | { readonly kind: 'garbage' }
  /** Waits so many ms before it opens the way. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** Ends the target's TLS itself, with a certificate of its own. */
  | { readonly kind: 'mitm'; readonly pair: Pick<KeyPair, 'cert' | 'key'> }
  /** Changes what passes in plain HTTP, in each direction. */
  | {
      readonly kind: 'tamper';
      readonly request?: (text: string) => string;
      readonly answer?: (text: string) => string;
    };

export interface ProxyOptions extends Address {
  readonly protocol: 'http' | 'https' | 'socks4' | 'socks4a' | 'socks5';
  /** Who may use it; SOCKS4 looks at the user alone. */
  readonly credentials?: { readonly user: string; readonly password: string };
  readonly fault?: ProxyFault;
  /** The address that it dials targets from; any unless told. */
  readonly from?: string;
  /** The certificate of an HTTPS proxy. */
  readonly pair?: Pick<KeyPair, 'cert' | 'key'>;
}

/** What a client asked a proxy for. */
export interface Wanted {
  readonly host: string;
  readonly port: number;
  /** Sent to the target as it is: the request that the client made in absolute form. */
  readonly head?: string;
  /** The address that the target is dialled from. */
  readonly from?: string;
  /** Tells the client that the way is open. */
  readonly grant: () => Promise<void>;
  /** Tells it that there is none. */
  readonly refuse: () => void;
}

export interface ProxyServer extends Omit<Listener, 'perform'> {
  /** `host:port` of each target that was asked for, in order. */
  readonly asked: readonly string[];
}

/** A proxy on the loopback that does what it should, or goes wrong as it is told. */
export async function startProxy({
  protocol,
  credentials,
  fault = { kind: 'none' },
  pair,
  from,
  ...address
}: ProxyOptions): Promise<ProxyServer> {
  const asked: string[] = [];
  const handle = (socket: Socket) => {
    socket.on('error', () => socket.destroy());
    serve(socket).catch(() => socket.destroy());
  };
  const serve = async (socket: Socket) => {
    if (await failsAtOnce(socket, fault)) return;
    const greet = protocol === 'http' || protocol === 'https' ? greetHttp : greetSocks;
    const wanted = await greet(socket, { protocol, credentials, fault });
    if (wanted === undefined) return;
    asked.push(`${wanted.host}:${wanted.port}`);
    await serveWanted(socket, { ...wanted, ...(from !== undefined && { from }) }, fault);
  };
  const server =
    protocol === 'https'
      ? createTlsServer({ ...(pair && { cert: pair.cert, key: pair.key }) }, handle)
      : createServer({ noDelay: true }, handle);
  server.on('tlsClientError', () => {});
  const listener = await listen(server, address);
  return Object.assign(listener, { asked });
}

async function failsAtOnce(socket: Socket, fault: ProxyFault): Promise<boolean> {
  switch (fault.kind) {
    case 'hang':
      // Read, so that it is seen when the client gives up.
      socket.resume();
      return true;
    case 'reset':
      socket.once('data', () =>
        socket instanceof TLSSocket ? socket.destroy() : socket.resetAndDestroy(),
      );
      return true;
    case 'close':
      socket.once('data', () => socket.end());
      return true;
    case 'garbage':
      socket.once('data', () => socket.write('SSH-2.0-OpenSSH_9.2\r\n\r\n\0\0\0\0\0\0'));
      return true;
    case 'endless-headers':
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\n');
        const timer = setInterval(() => socket.write(`X-More: ${'y'.repeat(2_000)}\r\n`), 1);
        socket.once('close', () => clearInterval(timer));
      });
      return true;
    default:
      return false;
  }
}

async function serveWanted(socket: Socket, wanted: Wanted, fault: ProxyFault): Promise<void> {
  switch (fault.kind) {
    case 'refuse':
      return wanted.refuse();
    case 'hang-after-grant':
      return wanted.grant();
    case 'no-tunnel':
      await wanted.grant();
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nWelcome!\n');
      return;
    case 'slow':
      await new Promise((resolve) => setTimeout(resolve, fault.ms));
      return connectThrough(socket, wanted);
    case 'mitm':
      return intercept(socket, wanted, fault.pair);
    case 'tamper':
      return connectThrough(socket, wanted, fault);
    default:
      return connectThrough(socket, wanted);
  }
}

async function connectThrough(
  socket: Socket,
  wanted: Wanted,
  { request = same, answer = same }: { request?: typeof same; answer?: typeof same } = {},
): Promise<void> {
  // Nothing outside of the loopback is ever dialled by a test.
  if (!/^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(wanted.host)) return wanted.refuse();
  const host = isIPv6(wanted.host) || wanted.host !== 'localhost' ? wanted.host : '127.0.0.1';
  const { port, from } = wanted;
  const target = dial({
    host,
    port,
    noDelay: true,
    ...(from !== undefined && { localAddress: from }),
  });
  target.on('error', () => (target.connecting ? wanted.refuse() : socket.destroy()));
  socket.on('close', () => target.destroy());
  target.on('close', () => socket.end());
  await new Promise((resolve) => target.once('connect', resolve));
  await wanted.grant();
  if (wanted.head !== undefined) target.write(request(wanted.head));
  socket.pipe(target);
  target.on('data', (bytes) =>
    socket.write(wanted.head === undefined ? bytes : answer(bytes.toString())),
  );
}

function same(text: string): string {
  return text;
}

async function intercept(
  socket: Socket,
  wanted: Wanted,
  { cert, key }: Pick<KeyPair, 'cert' | 'key'>,
): Promise<void> {
  await wanted.grant();
  const server = createTlsServer({ cert, key }, (client) => {
    client.on('error', () => {});
    client.end('HTTP/1.1 204 No Content\r\n\r\n');
  });
  server.on('tlsClientError', () => socket.destroy());
  server.emit('connection', socket);
}
