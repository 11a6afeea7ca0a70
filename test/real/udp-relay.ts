import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Relay } from './relay.ts';

/**
 * Starts a UDP relay on the loopback interface that delays each datagram in both directions.
 *
 * @param delayMs the one-way delay
 */
export async function startUdpRelay(to: number, delayMs: number): Promise<Relay> {
  const ways = new Map<number, Socket>();
  const front = createSocket('udp4').bind(0, '127.0.0.1');
  let closed = false;
  const later = (send: () => void) => setTimeout(() => closed || send(), delayMs);
  front.on('message', (data, { port }) => {
    let way = ways.get(port);
    if (!way) {
      way = createSocket('udp4').on('error', () => {});
      way.on('message', (answer) => later(() => front.send(answer, port, '127.0.0.1')));
      ways.set(port, way);
    }
    const towards = way;
    later(() => towards.send(data, to, '127.0.0.1'));
  });
  await once(front, 'listening');
  return {
    port: front.address().port,
    [Symbol.asyncDispose]: async () => {
      closed = true;
      for (const way of ways.values()) way.close();
      front.close();
      await once(front, 'close');
    },
  };
}
