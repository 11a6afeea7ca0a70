import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** Finds a port of the loopback interface that is free for TCP and UDP. */
export async function freePort(): Promise<number> {
  const tcp = createServer().listen(0, '127.0.0.1');
  await once(tcp, 'listening');
  const { port } = tcp.address() as AddressInfo;
  const udp = createSocket('udp4').bind(port, '127.0.0.1');
  const free = await Promise.race([
    once(udp, 'listening').then(() => true),
    once(udp, 'error').then(() => false),
  ]);
  if (free) udp.close();
  tcp.close();
  await once(tcp, 'close');
  return free ? port : freePort();
}
