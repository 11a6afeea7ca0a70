import type { Socket } from 'node:net';
import { type Greeting, send } from './http-greeting.ts';
import type { ProxyRequest } from './proxy-request.ts';
import { createReader, type Reader } from './reader.ts';

/** Reads the request of a SOCKS proxy client; `undefined` if it was rejected. */
export async function greetSocks(
  socket: Socket,
  greeting: Greeting,
): Promise<ProxyRequest | undefined> {
  const reader = createReader(socket);
  const request = await (greeting.protocol === 'socks5' ? socks5 : socks4)(
    socket,
    reader,
    greeting,
  );
  reader.release();
  return request;
}

async function socks4(
  socket: Socket,
  reader: Reader,
  { protocol, credentials, fault }: Greeting,
): Promise<ProxyRequest | undefined> {
  const head = await reader.take(8);
  const user = (await reader.takeUntil('\0')).subarray(0, -1).toString();
  const answer = (code: number) => Buffer.from([0, code, 0, 0, 0, 0, 0, 0]);
  const isNamed = head.readUInt32BE(4) > 0 && head.readUInt32BE(4) < 256;
  const host =
    isNamed && protocol === 'socks4a'
      ? (await reader.takeUntil('\0')).subarray(0, -1).toString()
      : head.subarray(4).join('.');
  if (fault.kind === 'wants-credentials' || (credentials && credentials.user !== user)) {
    socket.end(answer(93));
    return undefined;
  }
  return {
    host,
    port: head.readUInt16BE(2),
    grant: () => send(socket, answer(90), fault),
    refuse: () => void socket.end(answer(91)),
  };
}

async function socks5(
  socket: Socket,
  reader: Reader,
  { credentials, fault }: Greeting,
): Promise<ProxyRequest | undefined> {
  const [, count = 0] = await reader.take(2);
  const methods = await reader.take(count);
  const method = credentials || fault.kind === 'wants-credentials' ? 2 : 0;
  if (!methods.includes(method)) {
    socket.end(Buffer.from([5, 0xff]));
    return undefined;
  }
  socket.write(Buffer.from([5, method]));
  if (method === 2) {
    const user = (await reader.take((await reader.take(2))[1] ?? 0)).toString();
    const password = (await reader.take((await reader.take(1))[0] ?? 0)).toString();
    const isAllowed =
      fault.kind !== 'wants-credentials' &&
      user === credentials?.user &&
      password === credentials.password;
    if (!isAllowed) {
      socket.end(Buffer.from([1, 1]));
      return undefined;
    }
    socket.write(Buffer.from([1, 0]));
  }
  const [, , , type] = await reader.take(4);
  const host = await readAddress(reader, type);
  const port = (await reader.take(2)).readUInt16BE(0);
  const reply = (code: number) => Buffer.from([5, code, 0, 1, 0, 0, 0, 0, 0, 0]);
  return {
    host,
    port,
    grant: () => send(socket, reply(0), fault),
    refuse: () => void socket.end(reply(2)),
  };
}

async function readAddress(reader: Reader, type: number | undefined): Promise<string> {
  if (type === 1) return (await reader.take(4)).join('.');
  if (type === 3) return (await reader.take((await reader.take(1))[0] ?? 0)).toString();
  const bytes = await reader.take(16);
  const groups = Array.from({ length: 8 }, (_, at) => bytes.readUInt16BE(2 * at).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}
