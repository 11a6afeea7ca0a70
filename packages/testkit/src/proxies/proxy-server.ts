import { createServer, connect as dial, isIPv6, type Socket } from 'node:net';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';
import type { KeyPair } from '../certificates/certificates.ts';
import { type Listener, listen } from '../faults/listener.ts';
import { greetHttp } from './http-greeting.ts';
import type { ProxyFault, ProxyOptions, ProxyRequest } from './proxy-request.ts';
import { greetSocks } from './socks-greeting.ts';

export interface ProxyServer extends Omit<Listener, 'perform'> {
  /** The `host:port` of each requested target, in order. */
  readonly asked: readonly string[];
}

/** Starts a proxy on the loopback interface, with an optional fault. */
export async function startProxy({
  protocol,
  credentials,
  fault = { kind: 'none' },
  pair,
  from,
  hosts = {},
  ...address
}: ProxyOptions): Promise<ProxyServer> {
  const asked: string[] = [];
  const handle = (socket: Socket) => {
    socket.on('error', () => socket.destroy());
    serve(socket).catch(() => socket.destroy());
  };
  const serve = async (socket: Socket) => {
    if (await failImmediately(socket, fault)) return;
    const greet = protocol === 'http' || protocol === 'https' ? greetHttp : greetSocks;
    const request = await greet(socket, { protocol, credentials, fault });
    if (request === undefined) return;
    asked.push(`${request.host}:${request.port}`);
    const host = hosts[request.host] ?? request.host;
    await serveProxyRequest(
      socket,
      { ...request, host, ...(from !== undefined && { from }) },
      fault,
    );
  };
  const server =
    protocol === 'https'
      ? createTlsServer({ ...(pair && { cert: pair.cert, key: pair.key }) }, handle)
      : createServer({ noDelay: true }, handle);
  server.on('tlsClientError', () => {});
  const listener = await listen(server, address);
  return Object.assign(listener, { asked });
}

async function failImmediately(socket: Socket, fault: ProxyFault): Promise<boolean> {
  switch (fault.kind) {
    case 'hang':
      // Reading detects when the client disconnects.
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

async function serveProxyRequest(
  socket: Socket,
  request: ProxyRequest,
  fault: ProxyFault,
): Promise<void> {
  switch (fault.kind) {
    case 'refuse':
      return request.refuse();
    case 'hang-after-grant':
      return request.grant();
    case 'no-tunnel':
      await request.grant();
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nWelcome!\n');
      return;
    case 'slow':
      await new Promise((resolve) => setTimeout(resolve, fault.ms));
      return connectThrough(socket, request);
    case 'mitm':
      return intercept(socket, request, fault.pair);
    case 'tamper':
      return connectThrough(socket, request, fault);
    default:
      return connectThrough(socket, request);
  }
}

async function connectThrough(
  socket: Socket,
  request: ProxyRequest,
  {
    request: editRequest = identity,
    answer: editAnswer = identity,
  }: { request?: typeof identity; answer?: typeof identity } = {},
): Promise<void> {
  // Tests must not connect outside of the loopback interface.
  if (!/^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(request.host)) return request.refuse();
  const host = isIPv6(request.host) || request.host !== 'localhost' ? request.host : '127.0.0.1';
  const { port, from } = request;
  const target = dial({
    host,
    port,
    noDelay: true,
    ...(from !== undefined && { localAddress: from }),
  });
  target.on('error', () => (target.connecting ? request.refuse() : socket.destroy()));
  socket.on('close', () => target.destroy());
  target.on('close', () => socket.end());
  await new Promise((resolve) => target.once('connect', resolve));
  await request.grant();
  if (request.head !== undefined) target.write(editRequest(request.head));
  socket.pipe(target);
  target.on('data', (bytes) =>
    socket.write(request.head === undefined ? bytes : editAnswer(bytes.toString())),
  );
}

function identity(text: string): string {
  return text;
}

async function intercept(
  socket: Socket,
  request: ProxyRequest,
  { cert, key }: Pick<KeyPair, 'cert' | 'key'>,
): Promise<void> {
  await request.grant();
  const server = createTlsServer({ cert, key }, (client) => {
    client.on('error', () => {});
    client.end('HTTP/1.1 204 No Content\r\n\r\n');
  });
  server.on('tlsClientError', () => socket.destroy());
  server.emit('connection', socket);
}
