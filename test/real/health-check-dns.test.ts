import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { startDnsmasq } from './dnsmasq.ts';
import { engine } from './engine.ts';
import { checksOf, healthCheck } from './health-check.ts';

const dnsmasq = engine('dnsmasq', 'apt-get install dnsmasq-base');
const path = dnsmasq.path ?? '';

describe.skipIf(dnsmasq.path === undefined)(
  `health-check and a real dnsmasq ${dnsmasq.needs}`,
  () => {
    test('records of each type, TTLs, and long responses over TCP', async () => {
      await using server = await startDnsmasq(path);
      const at = `server: "127.0.0.1:${server.port}"`;
      const checks = `
      - name: A
        dns: {name: shop.test, ${at}}
        expect:
          - answers.exists(a, a == '192.0.2.1') && answers.exists(a, a == '192.0.2.2')
          - size(answers) == 2 && rcode == 'NOERROR' && ttl > 0 && ttl <= 600
      - name: AAAA
        dns: {name: Shop.Test., type: AAAA, server: "[::1]:${server.port}"}
        expect: answers == ['2001:db8::1']
      - name: CNAME
        dns: {name: www.test, type: CNAME, ${at}}
        expect: answers == ['shop.test']
      - name: A behind a CNAME
        dns: {name: www.test, ${at}}
        expect: size(answers) == 2 && !answers.exists(a, a == 'shop.test')
      - name: MX
        dns: {name: shop.test, type: MX, ${at}}
        expect: answers == ['10 mail.test']
      - name: TXT
        dns: {name: shop.test, type: TXT, ${at}}
        expect: answers == ['v=spf1 -all']
      - name: long TXT
        dns: {name: long.test, type: TXT, ${at}}
        expect: answers[0].size() == 800 && address == '127.0.0.1'
      - name: SRV
        dns: {name: _sip._tcp.test, type: SRV, ${at}}
        expect: answers == ['10 5 5060 sip.test']
      - name: CAA
        dns: {name: shop.test, type: CAA, ${at}}
        expect: answers == ['0 issue "letsencrypt.org"']
      - name: PTR
        dns: {name: 192.0.2.1, type: PTR, ${at}}
        expect: answers == ['shop.test']`;
      await using healthy = await healthCheck({
        checks,
        url: `dns://127.0.0.1:${server.port}/shop.test?type=MX`,
      });
      expect(healthy.outputs.message).toBe('All 11 checks are healthy');

      await using unhealthy = await healthCheck({
        checks: `
      - name: missing
        dns: {name: nowhere.test, ${at}}
      - name: no such record
        dns: {name: long.test, ${at}}
      - name: refused
        dns: {name: elsewhere.example, ${at}}
      - name: another address
        dns: {name: shop.test, ${at}}
        expect: answers.exists(a, a == '192.0.2.9')`,
      });
      expect(unhealthy.outputs['failed-checks']).toBe(
        'missing,no such record,refused,another address',
      );
      expect(unhealthy.log).toMatch(/missing: unhealthy, rcode was NXDOMAIN/);
      expect(unhealthy.log).toMatch(
        /no such record: unhealthy, the name has no records of this type/,
      );
      expect(unhealthy.log).toMatch(/refused: unhealthy, rcode was REFUSED/);
      expect((await checksOf(unhealthy))[3].evidence).toEqual([
        { title: 'answer NOERROR', lines: expect.arrayContaining(['192.0.2.1', '192.0.2.2']) },
      ]);

      await server.stop();
      await using down = await healthCheck({ url: `dns://127.0.0.1:${server.port}/shop.test` });
      expect(down.outputs.status).toBe('unhealthy');
      expect(down.outputs.message).toContain(`refused by 127.0.0.1:${server.port}`);
    });
  },
);

test('a silent or malformed server is unhealthy in time', async () => {
  await using server = await udpServer();
  const url = `dns://127.0.0.1:${server.port}/shop.test`;
  await using silent = await healthCheck({ url, timeout: '100ms' });
  expect(silent.outputs.message).toMatch(/timed out after \d+ms/);
  // Responses to other queries are ignored; this one has the right ID and a name that points to itself.
  server.answer = (query) => Buffer.concat([query.subarray(0, 2), LOOP]);
  await using looping = await healthCheck({ url, timeout: '2s' });
  expect(looping.outputs.message).toContain('is malformed: a name points to itself');
  server.answer = (query) => Buffer.concat([Buffer.from([0, 0]), query.subarray(2)]);
  await using forged = await healthCheck({ url, timeout: '100ms' });
  expect(forged.outputs.message).toMatch(/timed out after \d+ms/);
});

const LOOP = Buffer.from([0x81, 0x80, 0, 0, 0, 1, 0, 0, 0, 0, 0xc0, 0x0c]);

async function udpServer() {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const server = {
    port: socket.address().port,
    answer: (_: Buffer): Buffer | undefined => undefined,
    [Symbol.asyncDispose]: async () => void socket.close(),
  };
  socket.on('message', (query, { port, address }) => {
    const answer = server.answer(query);
    if (answer) socket.send(answer, port, address);
  });
  return server;
}
