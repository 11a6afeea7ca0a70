import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { allowAny } from '@repo/probe/address';
import { expect, test } from 'vitest';
import { createDnsLookup } from './dns-lookup.ts';
import { createAddressFinder } from './find-address.ts';

/** A name server that knows `good-…`, has no `missing-…`, fails `broken-…` and is silent about the rest. */
async function startNameServer() {
  const socket = createSocket('udp4');
  let most = 0;
  let open = 0;
  socket.on('message', (question, { port, address }) => {
    const name = question.toString('latin1', 13, 13 + (question[12] ?? 0));
    const type = question.readUInt16BE(question.indexOf(0, 12) + 1);
    if (!/^(good|missing|broken)/.test(name)) return;
    open++;
    most = Math.max(most, open);
    setImmediate(() => {
      open--;
      const answer = Buffer.from(question.subarray(0, question.indexOf(0, 12) + 5));
      answer.writeUInt16BE(
        name.startsWith('good') ? 0x8180 : name.startsWith('missing') ? 0x8183 : 0x8182,
        2,
      );
      answer.writeUInt16BE(0, 10);
      const found = name.startsWith('good') && type === 1;
      answer.writeUInt16BE(found ? 1 : 0, 6);
      const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7]);
      socket.send(found ? Buffer.concat([answer, record]) : answer, port, address);
    });
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    server: `127.0.0.1:${(socket.address() as AddressInfo).port}`,
    most: () => most,
    [Symbol.dispose]: () => void socket.close(),
  };
}

const { signal } = new AbortController();

test('silent name servers do not delay the other lookups', async () => {
  using names = await startNameServer();
  const lookup = createDnsLookup({ timeoutMs: 600, servers: [names.server] });
  const find = createAddressFinder({ policy: allowAny, timeoutMs: 60_000, lookup });
  const ask = async (name: string) => find(`${name}.test`, signal);
  const silent = Promise.all(Array.from({ length: 20 }, (_, index) => ask(`silent-${index}`)));
  const good = await Promise.all(Array.from({ length: 1_000 }, (_, index) => ask(`good-${index}`)));
  expect(good.every((one) => one.ok && one.address === '192.0.2.7')).toBe(true);
  // No name server answered: that says nothing about the endpoint.
  for (const one of await silent) {
    expect(one).toMatchObject({ ok: false, failure: { phase: 'dns', kind: 'local' } });
  }
  expect(await ask('missing-1')).toMatchObject({ ok: false, failure: { kind: 'dns' } });
  expect(await ask('broken-1')).toMatchObject({ ok: false, failure: { kind: 'dns' } });
}, 20_000);

test('resolves local names without a query', async () => {
  const lookup = createDnsLookup({ timeoutMs: 200, servers: ['127.0.0.1:1'] });
  expect(await lookup('localhost', 4)).toContainEqual({ address: '127.0.0.1', family: 4 });
  expect(await lookup('a.localhost', 0)).toEqual([{ address: '127.0.0.1', family: 4 }]);
});

test('reports unreachable name servers as a timeout', async () => {
  const lookup = createDnsLookup({ timeoutMs: 200, servers: ['127.0.0.1:1'] });
  const find = createAddressFinder({ policy: allowAny, timeoutMs: 5_000, lookup });
  expect(await find('example.test', signal)).toMatchObject({ failure: { kind: 'local' } });
});
