import type { Socket } from 'node:net';
import type { ProxyFault, ProxyOptions, ProxyRequest } from './proxy-request.ts';
import { createReader } from './reader.ts';

/** The settings of a proxy for the greeting. */
export interface Greeting {
  readonly protocol: ProxyOptions['protocol'];
  readonly credentials: ProxyOptions['credentials'] | undefined;
  readonly fault: ProxyFault;
}

/** Reads the request of an HTTP proxy client; `undefined` if it was rejected. */
export async function greetHttp(
  socket: Socket,
  { credentials, fault }: Greeting,
): Promise<ProxyRequest | undefined> {
  const reader = createReader(socket);
  const head = (await reader.takeUntil('\r\n\r\n')).toString('latin1');
  reader.release();
  if (fault.kind === 'wants-credentials' || !hasCredentials(head, credentials)) {
    socket.end(
      'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\n\r\n',
    );
    return undefined;
  }
  const refuse = () => {
    socket.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n');
  };
  const [, host, port] = /^CONNECT \[?([^\s\]]+?)\]?:(\d+) HTTP/.exec(head) ?? [];
  if (host !== undefined) {
    const grant = () => send(socket, 'HTTP/1.1 200 Connection established\r\n\r\n', fault);
    return { host, port: Number(port), grant, refuse };
  }
  const [, address = ''] = /^[A-Z]+ (http:\/\/\S+) HTTP/.exec(head) ?? [];
  if (!URL.canParse(address)) {
    refuse();
    return undefined;
  }
  const url = new URL(address);
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port || 80),
    head: head
      .replace(address, url.pathname + url.search)
      .replace(/^Proxy-Authorization:.*\r\n/gim, ''),
    grant: async () => {},
    refuse,
  };
}

function hasCredentials(
  head: string,
  credentials: ProxyOptions['credentials'] | undefined,
): boolean {
  if (credentials === undefined) return true;
  const { user, password } = credentials;
  const expected = Buffer.from(`${user}:${password}`).toString('base64');
  const [, given] = /^proxy-authorization: *basic +(\S+)\r$/im.exec(head) ?? [];
  return given === expected;
}

/** Sends data; with the fault `drip`, one byte at a time. */
export async function send(
  socket: Socket,
  text: string | Buffer,
  fault: ProxyFault,
): Promise<void> {
  if (fault.kind !== 'drip') {
    socket.write(text);
    return;
  }
  for (const byte of Buffer.from(text)) {
    if (socket.destroyed) return;
    socket.write(Buffer.from([byte]));
    await new Promise((resolve) => setTimeout(resolve, fault.ms));
  }
}
