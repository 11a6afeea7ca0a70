import { refuseLinkLocal } from '@repo/probe/address';
import { certificates } from '@repo/testkit/certificates/certificates';
import { echo, json, respond } from '@repo/testkit/faults/answers';
import { hang, hangAfterHeaders, reset } from '@repo/testkit/faults/breaks';
import { bomb, endlessBody } from '@repo/testkit/faults/floods';
import { hostileText } from '@repo/testkit/faults/hostile-text';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { redirectLoop, redirectTo } from '@repo/testkit/faults/redirects';
import { byPath, versions } from '@repo/testkit/faults/script';
import { banner, startTcpServer } from '@repo/testkit/faults/tcp-server';
import { closedPort } from '@repo/testkit/faults/unreachable';
import { safeParse } from 'valibot';
import { expect, test } from 'vitest';
import { DurationFact } from '../facts.ts';
import { addresses, attemptContext } from '../testing/attempt-context.ts';
import { http } from './http.ts';
import type { RequestOptions, Target } from './kind.ts';
import type { Observation } from './observation.ts';

const REQUEST: RequestOptions = {
  method: 'GET',
  headers: {},
  body: undefined,
  followRedirects: true,
  maxRedirects: 10,
};

function targetOf(url: string, request: Partial<RequestOptions> = {}): Target {
  return http.fromUrl?.(new URL(url), { ...REQUEST, ...request }) ?? expect.unreachable();
}

/** Runs one attempt with all facts. */
async function look(
  url: string,
  context: Parameters<typeof attemptContext>[0] = {},
  request: Partial<RequestOptions> = {},
): Promise<Observation> {
  const [seen, ...others] = await targetOf(url, request).attempt(
    attemptContext({ reads: http.variables, ...context }),
  );
  expect(others).toEqual([]);
  return seen ?? expect.unreachable();
}

const factsOf = (seen: Observation) =>
  seen.state === 'answered' ? seen.facts : expect.unreachable(seen.reason);

const evidenceOf = (seen: Observation) => seen.evidence?.()[0] ?? expect.unreachable();

test('reads all facts of a response', async () => {
  await using server = await startHttpServer({
    script: json({ status: 'ok', n: 1 }),
  });
  const seen = await look(`${server.url}/health?x=1`);
  expect(seen).toMatchObject({ state: 'answered', address: '127.0.0.1' });
  expect(factsOf(seen)).toMatchObject({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"status":"ok","n":1}',
    json: { status: 'ok', n: 1 },
    size: 21,
    redirects: 0,
    httpVersion: '1.1',
    address: '127.0.0.1',
    tls: undefined,
    latency: expect.any(DurationFact),
    phases: {
      dns: new DurationFact(0),
      connect: expect.any(DurationFact),
      firstByte: expect.any(DurationFact),
      total: expect.any(DurationFact),
    },
  });
  expect(Object.keys(factsOf(seen)).sort()).toEqual([...http.variables, 'latency'].sort());
});

test('skips facts that no expectation reads', async () => {
  await using server = await startHttpServer({ script: json({ status: 'ok' }) });
  expect(factsOf(await look(server.url, { reads: ['status'] }))).toMatchObject({
    status: 200,
    body: undefined,
    json: undefined,
  });
  expect(factsOf(await look(server.url, { reads: ['body'] }))).toMatchObject({
    body: '{"status":"ok"}',
    json: undefined,
  });
});

test('decodes the body in its charset', async () => {
  const utf16 = Buffer.from('\uFEFF{"status":"ök"}', 'utf16le');
  const typed = (type: string, body: Buffer) =>
    respond(200, { headers: { 'content-type': type }, body });
  await using server = await startHttpServer({
    script: byPath({
      '/latin': typed('text/plain; charset="ISO-8859-1"', Buffer.from('{"status":"ök"}', 'latin1')),
      '/utf16': typed('application/json;charset=utf-16le', utf16),
      // .NET writes a byte order mark, which JSON.parse rejects.
      '/mark': typed('application/json', Buffer.from('\uFEFF{"status":"ök"}')),
      '/nonsense': typed('text/plain; charset=nonsense', Buffer.from('{"status":"ök"}')),
    }),
  });
  for (const path of ['/latin', '/utf16', '/mark', '/nonsense']) {
    const seen = await look(server.url + path);
    expect(factsOf(seen), path).toMatchObject({ json: { status: 'ök' }, body: '{"status":"ök"}' });
    expect(evidenceOf(seen).lines, path).toEqual(['{"status":"ök"}']);
  }
});

test('leaves out invalid and deeply nested JSON', async () => {
  const deep = '['.repeat(100_000) + ']'.repeat(100_000);
  await using server = await startHttpServer({
    script: byPath({
      '/html': respond(200, { body: '<html>' }),
      '/deep': respond(200, { body: deep }),
    }),
  });
  for (const path of ['/html', '/deep']) {
    expect(factsOf(await look(server.url + path)).json).toBeUndefined();
  }
});

test('an error page is an answer with shortened, escaped evidence', async () => {
  await using server = await startHttpServer({
    script: byPath({
      '/': respond(503, {
        headers: { 'content-type': 'text/plain' },
        body: 'down\n\u001b[31m::error::x',
      }),
      '/hostile': hostileText(500),
    }),
  });
  const seen = await look(server.url);
  expect(factsOf(seen).status).toBe(503);
  expect(evidenceOf(seen)).toEqual({
    title: 'response 503 Service Unavailable (text/plain)',
    lines: ['down', ':\u200b:error::x'],
  });
  const hostile = evidenceOf(await look(`${server.url}/hostile`));
  expect(hostile.lines.length).toBeLessThan(45);
  expect(hostile.lines.join('\n')).not.toMatch(/^\s*::|##\[/m);
});

test('truncates a long body before and after decompression', async () => {
  await using server = await startHttpServer({
    script: byPath({ '/endless': endlessBody(), '/bomb': bomb({ decodedBytes: 5_000_000 }) }),
  });
  for (const path of ['/endless', '/bomb']) {
    const seen = await look(server.url + path);
    expect(factsOf(seen).size).toBe(1_048_576);
    expect(evidenceOf(seen).title).toMatch(/, truncated\)$/);
  }
});

test.each([
  ['refused', async () => `http://127.0.0.1:${await closedPort()}`, /^connection refused by /],
] as const)('%s is a failure', async (_, url, reason) => {
  expect(await look(await url())).toMatchObject({
    state: 'failed',
    address: '127.0.0.1',
    reason: expect.stringMatching(reason),
  });
});

test('fails for broken connections and timeouts', async () => {
  await using server = await startHttpServer({
    script: byPath({ '/hang': hang(), '/half': hangAfterHeaders(), '/reset': reset() }),
  });
  expect(await look(`${server.url}/reset`)).toMatchObject({
    state: 'failed',
    reason: expect.stringMatching(/^connection reset /),
  });
  for (const path of ['/hang', '/half']) {
    expect(await look(server.url + path, { timeoutMs: 50 })).toMatchObject({
      state: 'failed',
      reason: expect.stringMatching(/^timed out after \d+ms while /),
    });
  }
});

test('is unknown after a cancellation', async () => {
  await using server = await startHttpServer({ script: hang() });
  const signal = AbortSignal.timeout(20);
  expect(await look(server.url, { signal })).toMatchObject({ state: 'unknown', final: false });
});

test('sends method, headers and body', async () => {
  await using server = await startHttpServer({ script: echo() });
  const seen = await look(
    server.url,
    {},
    {
      method: 'POST',
      headers: { 'X-A': '1', 'user-agent': 'mine' },
      body: 'grün',
    },
  );
  expect(factsOf(seen).json).toMatchObject({
    method: 'POST',
    headers: { 'x-a': '1', 'user-agent': 'mine' },
    body: 'grün',
  });
});

test('sends the credentials of a URL but never shows them', async () => {
  await using server = await startHttpServer({ script: echo() });
  const url = `http://user:pa%2Fss%zz@127.0.0.1:${server.port}/`;
  const { description, secrets } = targetOf(url);
  const basic = Buffer.from('user:pa%2Fss%zz').toString('base64');
  expect(description).toBe(`http://127.0.0.1:${server.port}/`);
  expect(secrets).toEqual(expect.arrayContaining(['pa%2Fss%zz', basic]));
  const { headers } = factsOf(await look(url)).json as { headers: { authorization: string } };
  expect(headers.authorization).toBe(`Basic ${basic}`);
});

test('treats sensitive query parameters and headers as secrets', () => {
  const { description, secrets, defaultExpectations } = targetOf(
    'https://shop.example/a?token=the%20token&q=1&sig=abc',
    { method: 'HEAD', headers: { Authorization: 'Bearer header-token', 'X-Plain': 'visible' } },
  );
  expect(description).toBe('HEAD https://shop.example/a?token=***&q=1&sig=***');
  expect([...new Set(secrets)]).toEqual([
    'the token',
    'abc',
    'Bearer header-token',
    'header-token',
  ]);
  expect(defaultExpectations.map(({ source }) => source)).toEqual(['status 200-299']);
});

test('follows redirects up to the limit', async () => {
  await using server = await startHttpServer({
    script: byPath({
      '/': redirectTo('/there'),
      '/there': respond(200, { body: 'arrived' }),
      '/loop': redirectLoop(),
      '/metadata': redirectTo('http://169.254.169.254/latest'),
    }),
  });
  expect(factsOf(await look(server.url))).toMatchObject({ status: 200, redirects: 1 });
  expect(factsOf(await look(server.url, {}, { followRedirects: false }))).toMatchObject({
    status: 302,
    redirects: 0,
  });
  expect(await look(server.url, {}, { maxRedirects: 0 })).toMatchObject({
    state: 'failed',
    reason: expect.stringMatching(/^more than 0 redirects/),
  });
  expect(await look(`${server.url}/loop`)).toMatchObject({
    state: 'failed',
    reason: expect.stringMatching(/^redirect loop/),
  });
  expect(
    await look(`${server.url}/metadata`, { network: { addresses: refuseLinkLocal } }),
  ).toMatchObject({
    state: 'unknown',
    final: true,
    reason: '169.254.169.254 is a cloud metadata address',
  });
});

test('fails for an untrusted certificate and shows it as evidence', async () => {
  const { ca, good, expired } = certificates();
  const network = { lookup: addresses('127.0.0.1'), tls: { ca: ca.cert } };
  await using bad = await startHttpServer({ script: respond(200), tls: { pair: expired } });
  const seen = await look(`https://localhost:${bad.port}`, { network });
  expect(seen).toMatchObject({ state: 'failed', reason: expect.stringMatching(/ expired on /) });
  expect(evidenceOf(seen).title).toBe('certificate');
  const insecure = { ...network, insecure: true };
  expect(factsOf(await look(`https://localhost:${bad.port}`, { network: insecure }))).toMatchObject(
    {
      status: 200,
      tls: { trusted: false },
    },
  );

  await using fine = await startHttpServer({ script: respond(200), tls: { pair: good } });
  expect(factsOf(await look(`https://localhost:${fine.port}`, { network })).tls).toMatchObject({
    trusted: true,
    version: 'TLSv1.3',
  });
});

test('any: uses the second address if the first is unhealthy', async () => {
  await using sick = await startHttpServer({ script: respond(503) });
  await using healthy = await startHttpServer({
    script: respond(200),
    host: '127.0.0.2',
    port: sick.port,
  });
  const context = {
    network: { lookup: addresses('127.0.0.1', '127.0.0.2') },
    suffices: (seen: Observation) => seen.state === 'answered' && seen.facts.status === 200,
  };
  expect(await look(`http://shop.example:${healthy.port}`, context)).toMatchObject({
    state: 'answered',
    address: '127.0.0.2',
    facts: { status: 200 },
  });
});

test('all: new connections to each address reach each version', async () => {
  await using first = await startHttpServer({ script: versions('1', '2') });
  await using second = await startHttpServer({
    script: versions('2'),
    host: '127.0.0.2',
    port: first.port,
  });
  const seen = await targetOf(`http://shop.example:${second.port}`).attempt(
    attemptContext({
      reads: ['json'],
      allAddresses: true,
      connections: 3,
      network: { lookup: addresses('127.0.0.1', '127.0.0.2') },
    }),
  );
  const versionsOf = (address: string) =>
    seen
      .filter((one) => one.address === address)
      .map((one) => (factsOf(one).json as { version: string }).version);
  expect(versionsOf('127.0.0.1')).toEqual(['1', '2', '1']);
  expect(versionsOf('127.0.0.2')).toEqual(['2', '2', '2']);
  expect([first.connections, second.connections]).toEqual([3, 3]);
});

test('parses the options of a configuration', () => {
  const read = (options: object) => safeParse(http.schema, options);
  expect(
    read({ url: 'https://shop.example/', method: 'POST', headers: { 'X-A': 1 } }),
  ).toMatchObject({
    success: true,
    output: { description: 'POST https://shop.example/' },
  });
  const issues = (options: object) =>
    read(options).issues?.map(({ message }) => message.split('\n')[0]);
  expect(issues({ url: 'tcp://a:1' })).toEqual(['has the scheme tcp']);
  expect(issues({ url: 'http://a', method: 'get' })).toEqual(['is not a valid value']);
  expect(issues({ url: 'http://a', headers: { 'X A': '1' } })).toEqual([
    'has a name that HTTP does not allow',
  ]);
  expect(issues({ url: 'http://a', 'max-redirects': 51 })).toHaveLength(1);
});

test('is unknown if the proxy is unreachable, and unhealthy if the target is', async () => {
  const through = (proxy: string, url: string) =>
    look(url, { network: { findProxy: () => new URL(proxy), lookup: async () => [] } });
  const closed = `http://127.0.0.1:${await closedPort()}`;
  await using broken = await startHttpServer({ script: reset() });
  await using bad = await startHttpServer({ script: respond(502) });
  await using refusing = await startTcpServer({
    script: banner('HTTP/1.1 502 Bad Gateway\r\n\r\n'),
  });
  for (const url of ['http://shop.example/', 'https://shop.example/']) {
    expect(await through(closed, url)).toMatchObject({ state: 'unknown', final: false });
    expect(await through('http://proxy.example:3128', url)).toMatchObject({
      state: 'unknown',
      reason: 'proxy.example has no address',
    });
  }
  expect(await through(broken.url, 'https://shop.example/')).toMatchObject({ state: 'unknown' });
  expect(await through(`http://127.0.0.1:${refusing.port}`, 'https://shop.example/')).toMatchObject(
    { state: 'failed', reason: expect.stringContaining('502 Bad Gateway') },
  );
  expect(await through(bad.url, 'http://shop.example/')).toMatchObject({ state: 'answered' });
});
