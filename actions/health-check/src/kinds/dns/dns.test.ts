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

test('without a server, queries the name servers of this machine in order', async () => {
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
])('%s from a name server of this machine is unknown', async (rcode, head) => {
  await using failing = await nameServer((query) => {
    query.writeUInt16BE(head, 2);
    return query;
  });
  const nameServers = [`127.0.0.1:${failing.port}`];
  const context = attemptContext({ timeoutMs: 200, network: { nameServers } });
  const reason = `all name servers of this machine failed: 127.0.0.1:${failing.port} returned ${rcode}`;
  expect(await target({ name: 'shop.example' }).attempt(context)).toEqual([
    { state: 'unknown', reason, final: false },
  ]);
  // From the configured server, it is an answer.
  const named = target({ name: 'shop.example', server: `127.0.0.1:${failing.port}` });
  expect(await named.attempt(context)).toMatchObject([{ state: 'answered', facts: { rcode } }]);
});

test('without an answer from the name servers of this machine, the result is unknown', async () => {
  await using silent = await nameServer(() => undefined);
  const { attempt } = target({ name: 'shop.example' });
  for (const nameServers of [[`127.0.0.1:${silent.port}`], []]) {
    expect(
      await attempt(attemptContext({ timeoutMs: 50, network: { nameServers } })),
    ).toMatchObject([
      {
        state: 'unknown',
        reason: expect.stringMatching(
          /name servers of this machine failed|this machine has no name server/,
        ),
      },
    ]);
  }
});

test('sends a lost datagram again', async () => {
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
])('%j is described as %s', (options, description) => {
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
