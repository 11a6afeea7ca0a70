import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Target } from '@repo/checks/kinds/kind';
import { attemptContext } from '@repo/checks/testing/attempt-context';
import { safeParse } from 'valibot';
import { expect, test } from 'vitest';
import { dns } from './dns.ts';

function target(options: Readonly<Record<string, unknown>>): Target {
  const { output, success } = safeParse(dns.schema, options);
  return success ? output : expect.unreachable();
}

test('without a server, the ones of this machine are asked one after the other', async () => {
  await using silent = await nameServer(() => undefined);
  await using answering = await nameServer((query) => {
    query.writeUInt16BE(0x8183, 2);
    return query;
  });
  const nameServers = [`127.0.0.1:${silent.port}`, `127.0.0.1:${answering.port}`];
  const { attempt, description } = target({ name: 'shop.example' });
  expect(description).toBe('A shop.example');
  expect(await attempt(attemptContext({ timeoutMs: 200, network: { nameServers } }))).toMatchObject(
    [{ state: 'answered', facts: { rcode: 'NXDOMAIN', answers: [] } }],
  );
});

test.each([
  ['SERVFAIL', 0x8182],
  ['NOTIMP', 0x8184],
  ['REFUSED', 0x8185],
])('one that says %s could not find out: that is no answer', async (rcode, head) => {
  await using ill = await nameServer((query) => {
    query.writeUInt16BE(head, 2);
    return query;
  });
  const nameServers = [`127.0.0.1:${ill.port}`];
  const context = attemptContext({ timeoutMs: 200, network: { nameServers } });
  const reason = `no name server of this machine can tell: 127.0.0.1:${ill.port} says ${rcode}`;
  expect(await target({ name: 'shop.example' }).attempt(context)).toEqual([
    { state: 'unknown', reason, final: false },
  ]);
  // Of a server that the check is about, it is the answer.
  const named = target({ name: 'shop.example', server: `127.0.0.1:${ill.port}` });
  expect(await named.attempt(context)).toMatchObject([{ state: 'answered', facts: { rcode } }]);
});

test('that none of them answers is the fault of this machine: unknown, with the reason', async () => {
  await using silent = await nameServer(() => undefined);
  const { attempt } = target({ name: 'shop.example' });
  for (const nameServers of [[`127.0.0.1:${silent.port}`], []]) {
    expect(
      await attempt(attemptContext({ timeoutMs: 50, network: { nameServers } })),
    ).toMatchObject([
      {
        state: 'unknown',
        reason: expect.stringContaining('no name server of this machine can tell'),
      },
    ]);
  }
});

test('a datagram that got lost is sent again', async () => {
  let queries = 0;
  await using server = await nameServer((query) => {
    queries += 1;
    query.writeUInt16BE(0x8180, 2);
    return queries === 1 ? undefined : query;
  });
  const { attempt } = target({ name: 'shop.example', server: `127.0.0.1:${server.port}` });
  expect(await attempt(attemptContext({ timeoutMs: 5_000 }))).toMatchObject([
    { state: 'answered' },
  ]);
  expect(queries).toBe(2);
});

test.each([
  [{ name: '192.0.2.1', type: 'PTR' }, 'PTR 1.2.0.192.in-addr.arpa'],
  [
    { name: '2001:db8::1', type: 'PTR' },
    `PTR 1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa`,
  ],
  [{ name: 'bücher.example.', server: '[::1]:5353' }, 'A xn--bcher-kva.example at ::1'],
  [{ name: '_sip._tcp.example', type: 'SRV', server: '::1' }, 'SRV _sip._tcp.example at ::1'],
])('%j', (options, description) => {
  expect(target(options).description).toBe(description);
});

async function nameServer(answer: (query: Buffer) => Buffer | undefined) {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  socket.on('message', (query, { port, address }) => {
    const bytes = answer(query);
    if (bytes) socket.send(bytes, port, address);
  });
  return {
    port: socket.address().port,
    [Symbol.asyncDispose]: async () => void socket.close(),
  };
}
