import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RunActionOptions, runAction } from '@repo/testkit/runner/run-action';
import { describe, expect, test } from 'vitest';

const action = fileURLToPath(new URL('../../actions/health-check', import.meta.url));
const mayMount = process.platform === 'linux' && process.getuid?.() === 0;

/** A target with a host name, of each kind. */
const TARGETS = {
  http: { url: 'http://shop.test/' },
  tcp: { host: 'shop.test', port: 80 },
  tls: { host: 'shop.test', port: 443 },
  dns: { name: 'shop.test' },
  grpc: { address: 'shop.test:50051' },
  websocket: { url: 'ws://shop.test/' },
  postgres: { host: 'shop.test' },
  mysql: { host: 'shop.test' },
  redis: { host: 'shop.test' },
  icmp: { host: 'shop.test' },
  steps: [{ http: { url: 'http://shop.test/' } }],
};
const KINDS = Object.keys(TARGETS);

const CHECKS = JSON.stringify([
  ...Object.entries(TARGETS).map(([kind, options]) => ({ name: kind, [kind]: options })),
  { name: 'its name server', dns: { name: 'shop.test', server: 'ns.test' } },
  { name: 'gone', tcp: TARGETS.tcp, invert: true },
  { name: 'name gone', dns: TARGETS.dns, invert: true },
]);
const NAMES = [...KINDS, 'its name server', 'gone', 'name gone'];

const RCODE = { SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 };

describe.skipIf(!mayMount)('the resolver of this machine (needs root: sudo)', () => {
  test.each(['SERVFAIL', 'NOTIMP', 'REFUSED'] as const)(
    'returns %s: each kind is unknown',
    async (rcode) => {
      await using resolver = await startResolver(rcode);
      await using result = await checkWith([resolver.address]);
      expectAll(result, 'unknown');
      expect(result.exitCode, 'a gate that could not look must not open').toBe(1);
      expect(result.log).toMatch(new RegExp(`❔ dns: unknown, .*${resolver.address}.* ${rcode}`));
    },
  );

  test('does not respond: each kind is unknown, and passes with fail-on: never', async () => {
    await using result = await checkWith(['127.53.0.9'], { 'fail-on': 'never' });
    expectAll(result, 'unknown');
    expect(result.outputs).toMatchObject({ verdict: 'unknown', healthy: 'false' });
    expect(result.exitCode).toBe(0);
    expect(result.log).toMatch(/❔ dns: unknown, .*refused by 127\.53\.0\.9:53/);
  });

  test('has no address for the name: the target is unhealthy', async () => {
    await using failing = await startResolver('SERVFAIL');
    await using working = await startResolver('NXDOMAIN');
    // Like the system resolver, continues with the next name server.
    await using result = await checkWith([failing.address, working.address]);
    const statuses = statusesOf(result);
    expect(statuses).toMatchObject({ gone: 'healthy', 'name gone': 'healthy' });
    expect([...KINDS, 'its name server'].map((name) => statuses[name])).toEqual(
      Array(KINDS.length + 1).fill('unhealthy'),
    );
    expect(result.log).toMatch(/❌ http: unhealthy, shop\.test has no address/);
    expect(result.log).toMatch(/❌ dns: unhealthy, rcode was NXDOMAIN/);
  });
});

test.skipIf(!mayMount)(
  'a runner without any network sees nothing, and so not that something is gone (needs root: sudo)',
  async () => {
    const checks = JSON.stringify([
      { name: 'tcp', tcp: { host: '192.0.2.1', port: 80 }, invert: true },
      { name: 'http', http: { url: 'http://192.0.2.1/' }, invert: true },
      { name: 'steps', steps: [{ http: { url: 'http://192.0.2.1/' } }], invert: true },
    ]);
    const launcher: RunActionOptions['launcher'] = ['unshare', '--net'];
    await using result = await runAction({
      action,
      with: { checks, 'max-attempts': '1' },
      launcher,
    });
    expect(statusesOf(result)).toEqual({ tcp: 'unknown', http: 'unknown', steps: 'unknown' });
    expect(result.log).toMatch(/❔ tcp: unknown, 192\.0\.2\.1:80 is unreachable/);
  },
);

type Result = Awaited<ReturnType<typeof runAction>>;

function expectAll(result: Result, status: string): void {
  expect(statusesOf(result)).toEqual(Object.fromEntries(NAMES.map((name) => [name, status])));
}

function statusesOf({ outputs }: Result): Readonly<Record<string, string>> {
  const results: readonly { name: string; status: string }[] = JSON.parse(outputs.results ?? '');
  return Object.fromEntries(results.map(({ name, status }) => [name, status]));
}

/** Runs the bundle with these name servers, in a mount namespace. */
async function checkWith(
  nameServers: readonly string[],
  inputs: Readonly<Record<string, string>> = {},
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'resolver-'));
  const file = join(folder, 'resolv.conf');
  await writeFile(file, nameServers.map((address) => `nameserver ${address}\n`).join(''));
  const launcher: RunActionOptions['launcher'] = [
    'unshare',
    '--mount',
    'bash',
    '-c',
    'mount --bind "$0" /etc/resolv.conf || exit 99; exec "$@"',
    file,
  ];
  const options = { checks: CHECKS, 'max-attempts': '1', ...inputs };
  const result = await runAction({ action, with: options, launcher });
  await rm(folder, { recursive: true });
  return result;
}

let started = 0;

/** A name server on port 53 that always returns this response code. */
async function startResolver(rcode: keyof typeof RCODE) {
  const address = `127.53.1.${++started}`;
  const socket = createSocket('udp4').bind(53, address);
  await once(socket, 'listening');
  socket.on('message', (query, peer) => {
    const answer = Buffer.from(query);
    answer.writeUInt16BE(0x8180 | RCODE[rcode], 2);
    socket.send(answer, peer.port, peer.address);
  });
  return { address, [Symbol.asyncDispose]: async () => void socket.close() };
}
