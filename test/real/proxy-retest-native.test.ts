import { closedPort } from '@repo/testkit/faults/unreachable';
import { describe, expect, test } from 'vitest';
import { listText, record, startTestbed, type Testbed } from '../e2e/proxy/testbed.ts';
import {
  type Credentials,
  dante,
  microsocks,
  type NativeProxy,
  squid,
  startDante,
  startMicrosocks,
  startSquid,
  startStunnel,
  startTinyproxy,
  stunnel,
  tinyproxy,
} from './native-proxies.ts';
import { startRelay } from './relay.ts';

const ACCOUNT: Credentials = { user: 'tester', password: 'right1' };
/** Long enough for an answer on a busy machine. */
const LIMITS = {
  'handshake-timeout': '4s',
  'first-byte-timeout': '4s',
  'total-timeout': '12s',
  'min-retain-ratio': '0',
};
/** The delay of a relay that exceeds the limits. */
const TOO_SLOW_MS = 4_500;

interface Judged {
  readonly is_working: boolean;
  readonly latency: number | null;
  readonly retest: { readonly phase?: string; readonly kind?: string };
}

/** The result of each link, in order: `alive`, or phase and kind. */
async function judge(
  testbed: Testbed,
  links: readonly string[],
  inputs: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  await testbed.write('proxies.json', listText(links.map((link) => record(link))));
  await using result = await testbed.run({ ...LIMITS, ...inputs });
  const after: readonly Judged[] = JSON.parse(await testbed.read('proxies.json'));
  expect(result.outputs.tested, result.log).toBe(String(links.length));
  return after.map(({ is_working, retest }) =>
    is_working ? 'alive' : `${retest.phase} ${retest.kind}`,
  );
}

/** The same proxy behind a slow relay. */
async function slowed(proxy: NativeProxy, delayMs: number) {
  return startRelay(proxy.port, delayMs);
}

describe.skipIf(!tinyproxy.path)(`tinyproxy ${tinyproxy.needs}`, () => {
  test('IPv4, IPv6 and a name; dead; slow', async () => {
    await using testbed = await startTestbed();
    await using proxy = await startTinyproxy();
    await using slow = await slowed(proxy, 100);
    await using tooSlow = await slowed(proxy, TOO_SLOW_MS);
    const links = [
      `http://127.0.0.1:${proxy.port}`,
      `http://[::1]:${proxy.port}`,
      `http://localhost:${proxy.port}`,
      `http://127.0.0.1:${slow.port}`,
      `http://127.0.0.1:${tooSlow.port}`,
      `http://127.0.0.1:${await closedPort()}`,
    ];
    expect(await judge(testbed, links)).toEqual([
      'alive',
      'alive',
      'alive',
      'alive',
      'proxy timeout',
      'tcp refused',
    ]);
    expect(JSON.parse(await testbed.read('proxies.json'))[3].latency).toBeGreaterThan(400);
  });

  test('valid, invalid and missing credentials', async () => {
    await using testbed = await startTestbed();
    await using proxy = await startTinyproxy(ACCOUNT);
    expect(
      await judge(testbed, [
        `http://tester:right1@127.0.0.1:${proxy.port}`,
        `http://tester:wrong@127.0.0.1:${proxy.port}`,
        `http://127.0.0.1:${proxy.port}`,
      ]),
    ).toEqual(['alive', 'proxy auth', 'proxy auth']);
  });
});

describe.skipIf(!squid.path)(`squid ${squid.needs}`, () => {
  test('alive, invalid credentials, dead, slow', async () => {
    await using testbed = await startTestbed();
    await using open = await startSquid();
    await using closed = await startSquid(ACCOUNT);
    await using tooSlow = await slowed(open, TOO_SLOW_MS);
    expect(
      await judge(testbed, [
        `http://127.0.0.1:${open.port}`,
        `http://tester:right1@127.0.0.1:${closed.port}`,
        // Another user: squid can answer two pending requests of one user with one result.
        `http://stranger:wrong@127.0.0.1:${closed.port}`,
        `http://127.0.0.1:${tooSlow.port}`,
        `http://127.0.0.1:${await closedPort()}`,
      ]),
    ).toEqual(['alive', 'alive', 'proxy auth', 'proxy timeout', 'tcp refused']);
  });
});

describe.skipIf(!stunnel.path || !tinyproxy.path)(
  `stunnel before tinyproxy ${stunnel.needs}`,
  () => {
    test('an HTTPS proxy: alive, invalid credentials, dead, slow, without TLS', async () => {
      await using testbed = await startTestbed();
      await using proxy = await startTinyproxy(ACCOUNT);
      await using secure = await startStunnel(proxy.port);
      await using tooSlow = await slowed(secure, TOO_SLOW_MS);
      expect(
        await judge(testbed, [
          `https://tester:right1@127.0.0.1:${secure.port}`,
          `https://tester:wrong@localhost:${secure.port}`,
          `https://tester:right1@127.0.0.1:${tooSlow.port}`,
          `https://tester:right1@127.0.0.1:${await closedPort()}`,
          `https://tester:right1@127.0.0.1:${proxy.port}`,
        ]),
      ).toEqual(['alive', 'proxy auth', 'proxy-tls timeout', 'tcp refused', 'proxy-tls timeout']);
    });
  },
);

describe.skipIf(!microsocks.path)(`microsocks ${microsocks.needs}`, () => {
  test('SOCKS5: IPv4 and IPv6, invalid credentials, dead, slow', async () => {
    await using testbed = await startTestbed();
    await using open = await startMicrosocks();
    await using six = await startMicrosocks(undefined, '::1');
    await using closed = await startMicrosocks(ACCOUNT);
    await using tooSlow = await slowed(open, TOO_SLOW_MS);
    expect(
      await judge(testbed, [
        `socks5://127.0.0.1:${open.port}`,
        `socks5://[::1]:${six.port}`,
        `socks5://tester:right1@127.0.0.1:${closed.port}`,
        `socks5://tester:wrong@127.0.0.1:${closed.port}`,
        `socks5://127.0.0.1:${closed.port}`,
        `socks5://127.0.0.1:${tooSlow.port}`,
        `socks5://127.0.0.1:${await closedPort()}`,
      ]),
    ).toEqual([
      'alive',
      'alive',
      'alive',
      'proxy auth',
      'proxy auth',
      'proxy timeout',
      'tcp refused',
    ]);
  });

  test('targets by name, IPv4 and IPv6', async () => {
    await using testbed = await startTestbed();
    await using proxy = await startMicrosocks();
    const [one, two] = testbed.targets.map(({ port }) => port);
    expect(
      await judge(testbed, [`socks5://127.0.0.1:${proxy.port}`], {
        targets: `https://localhost:${one}/\nhttps://127.0.0.1:${two}/`,
      }),
    ).toEqual(['alive']);
  });
});

describe.skipIf(!dante.path)(`dante ${dante.needs}`, () => {
  test('SOCKS4, SOCKS4a and SOCKS5: alive, dead, slow, and an unsupported protocol', async () => {
    await using testbed = await startTestbed();
    await using proxy = await startDante();
    await using tooSlow = await slowed(proxy, TOO_SLOW_MS);
    const dead = await closedPort();
    const links = ['socks4', 'socks4a', 'socks5'].flatMap((scheme) => [
      `${scheme}://127.0.0.1:${proxy.port}`,
      `${scheme}://127.0.0.1:${tooSlow.port}`,
      `${scheme}://127.0.0.1:${dead}`,
    ]);
    expect(await judge(testbed, links, { 'per-host': '16' })).toEqual(
      Array(3).fill(['alive', 'proxy timeout', 'tcp refused']).flat(),
    );
  });
});

test('SOCKS4 and SOCKS4a: valid, invalid and missing user', async () => {
  await using testbed = await startTestbed();
  const credentials = { user: 'tester', password: '' };
  const ports = await Promise.all(
    (['socks4', 'socks4a'] as const).map(
      async (protocol) => (await testbed.proxy({ protocol, credentials })).port,
    ),
  );
  expect(
    await judge(testbed, [
      `socks4://tester:@127.0.0.1:${ports[0]}`,
      `socks4://other:@127.0.0.1:${ports[0]}`,
      `socks4a://tester:@127.0.0.1:${ports[1]}`,
      `socks4a://127.0.0.1:${ports[1]}`,
    ]),
  ).toEqual(['alive', 'proxy auth', 'alive', 'proxy auth']);
});
