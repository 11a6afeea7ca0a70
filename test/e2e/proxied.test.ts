import { fileURLToPath } from 'node:url';
import { respond } from '@repo/testkit/faults/answers';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { closedPort } from '@repo/testkit/faults/unreachable';
import type { ProxyOptions } from '@repo/testkit/proxies/proxy-request';
import { startProxy } from '@repo/testkit/proxies/proxy-server';
import { everythingWritten } from '@repo/testkit/runner/everything-written';
import { runAction } from '@repo/testkit/runner/run-action';
import { expect, test } from 'vitest';

const action = fileURLToPath(new URL('../../actions/health-check', import.meta.url));

/** Names that only the proxy can resolve. */
const HOSTS = { 'shop.example': '127.0.0.1', 'hooks.example': '127.0.0.1' };

const startCorporateProxy = (options: Partial<ProxyOptions> = {}) =>
  startProxy({ protocol: 'http', hosts: HOSTS, ...options });

const urlOf = ({ port }: { readonly port: number }) => `http://127.0.0.1:${port}`;

/** Runs the bundle on a runner with a proxy. */
function check(proxy: string, inputs: Readonly<Record<string, string>>, env = {}) {
  return runAction({
    action,
    with: { interval: '1ms', 'max-attempts': '1', ...inputs },
    env: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy, ...env },
  });
}

test('a check and a notification go through the proxy of the environment', async () => {
  await using server = await startHttpServer({ script: respond(204) });
  await using proxy = await startCorporateProxy({
    credentials: { user: 'me', password: 'pass-word' },
  });
  const address = `http://me:pass-word@127.0.0.1:${proxy.port}`;
  await using result = await check(address, {
    url: `http://shop.example:${server.port}/`,
    notify: `webhook=http://hooks.example:${server.port}/hook`,
    'notify-on': 'always',
  });
  expect(result.log).not.toContain('warning');
  expect(result.outputs.status).toBe('healthy');
  expect(proxy.asked).toEqual([`shop.example:${server.port}`, `hooks.example:${server.port}`]);
  expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'GET /',
    'POST /hook',
  ]);
  expect(result.log).not.toContain('pass-word');
});

test('loopback addresses and hosts in NO_PROXY are connected to directly', async () => {
  await using server = await startHttpServer({ script: respond(204) });
  await using proxy = await startCorporateProxy();
  await using result = await check(
    urlOf(proxy),
    {
      url: `${server.url}/\nhttp://name.localhost:${server.port}/`,
      resolve: `name.localhost:${server.port}=127.0.0.1`,
      notify: `webhook=${server.url}/hook`,
      'notify-on': 'always',
    },
    { NO_PROXY: 'elsewhere.example' },
  );
  expect(result.outputs.status).toBe('healthy');
  await using bypassed = await check(
    urlOf(proxy),
    {
      url: `http://api.shop.example:${server.port}/`,
      resolve: `api.shop.example:${server.port}=127.0.0.1`,
    },
    { no_proxy: 'shop.example' },
  );
  expect(bypassed.outputs.status).toBe('healthy');
  expect(server.requests).toHaveLength(4);
  expect(proxy.asked).toEqual([]);
});

test('a notification to an address in a CIDR block of NO_PROXY is direct', async () => {
  await using server = await startHttpServer({ script: respond(204) });
  await using proxy = await startCorporateProxy();
  await using result = await check(
    urlOf(proxy),
    {
      url: `http://shop.example:${server.port}/`,
      notify: `webhook=http://[::ffff:127.0.0.1]:${server.port}/hook`,
      'notify-on': 'always',
    },
    { NO_PROXY: '::ffff:7f00:0/104' },
  );
  expect(result.log).not.toContain('warning');
  expect(server.requests.map(({ path }) => path)).toEqual(['/', '/hook']);
  expect(proxy.asked).toEqual([`shop.example:${server.port}`]);
});

test('a webhook gets the credentials of its URL', async () => {
  await using server = await startHttpServer({ script: respond(204) });
  await using result = await runAction({
    action,
    debug: true,
    with: {
      url: server.url,
      notify: `webhook=http://me:p%40ss-word@127.0.0.1:${server.port}/hook`,
      'notify-on': 'always',
    },
  });
  expect(result.log).not.toContain('warning');
  const { headers } = server.requests.find(({ path }) => path === '/hook') ?? {};
  expect(headers?.authorization).toBe(`Basic ${Buffer.from('me:p@ss-word').toString('base64')}`);
  expect(everythingWritten(result)).not.toMatch(/p(?:@|%40)ss-word/);
});

test('the verdict is unknown if the proxy refuses or is not there', async () => {
  await using proxy = await startCorporateProxy({ fault: { kind: 'wants-credentials' } });
  const inputs = {
    url: 'http://shop.example/\nhttps://shop.example/',
    notify: 'webhook=https://hooks.example/hook',
  };
  await using refused = await check(urlOf(proxy), inputs);
  expect(refused.outputs).toMatchObject({ verdict: 'unknown', status: 'unknown' });
  expect(refused.log).toContain(
    `the proxy 127.0.0.1:${proxy.port} rejected the request: 407 Proxy Authentication Required`,
  );
  expect(refused.log).toContain(
    `the proxy 127.0.0.1:${proxy.port} refused a tunnel to shop.example:443: 407`,
  );
  expect(refused.log).toContain(
    `webhook: the proxy refused the connection with status 407 (through the proxy 127.0.0.1:${proxy.port})`,
  );

  const port = await closedPort();
  await using unreachable = await check(`http://127.0.0.1:${port}`, inputs);
  expect(unreachable.outputs.status).toBe('unknown');
  expect(unreachable.log).toContain(`connection refused by the proxy 127.0.0.1:${port}`);
  expect(unreachable.log).toMatch(
    new RegExp(`webhook: .*ECONNREFUSED.* \\(through the proxy 127\\.0\\.0\\.1:${port}\\)`),
  );
});

test.each([
  ['the proxy', { fault: { kind: 'refuse' } }, 'status 502'],
  ['the target', {}, 'status 401'],
] as const)('a status that %s can have sent names the proxy', async (_, options, status) => {
  await using server = await startHttpServer({ script: respond(401) });
  await using proxy = await startCorporateProxy(options);
  const url = `http://shop.example:${server.port}/`;
  await using result = await runAction({
    action,
    debug: true,
    with: { interval: '1ms', 'max-attempts': '1', url },
    env: { HTTP_PROXY: urlOf(proxy) },
  });
  expect(result.outputs.status).toBe('unhealthy');
  expect(result.outputs.message).toMatch(
    new RegExp(`${status}, .*, through the proxy 127\\.0\\.0\\.1:${proxy.port}`),
  );
  expect(result.log).toMatch(
    new RegExp(`GET ${url} → \\d+ through the proxy 127\\.0\\.0\\.1:${proxy.port} in `),
  );
});

test('warns about a proxy that it cannot use', async () => {
  await using server = await startHttpServer({ script: respond(204) });
  await using result = await check('socks5://me:pass-word@127.0.0.1:1', { url: server.url });
  expect(result.outputs.status).toBe('healthy');
  expect(result.annotations).toContainEqual(
    expect.objectContaining({
      level: 'warning',
      message: 'HTTPS_PROXY is not the URL of an HTTP proxy. Write http://host:port.',
    }),
  );
  expect(result.log).not.toContain('pass-word');
});
