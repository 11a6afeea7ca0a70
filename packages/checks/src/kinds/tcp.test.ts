import { closeSilently, hang } from '@repo/testkit/faults/breaks';
import { HOSTILE_TEXT } from '@repo/testkit/faults/hostile-text';
import { banner, startTcpServer } from '@repo/testkit/faults/tcp-server';
import { closedPort } from '@repo/testkit/faults/unreachable';
import { expect, test } from 'vitest';
import { DurationFact } from '../facts.ts';
import { addresses, attemptContext } from '../testing/attempt-context.ts';
import { parseEndpoint, tcp } from './tcp.ts';

const REQUEST = {
  method: 'GET',
  headers: {},
  body: undefined,
  followRedirects: true,
  maxRedirects: 10,
};

function target(url: string) {
  return tcp.fromUrl?.(new URL(url), REQUEST) ?? expect.unreachable();
}

test('an open port answers', async () => {
  await using server = await startTcpServer({ script: hang() });
  const { attempt, description, defaultExpectations, secrets } = target(
    `tcp://user:pw@127.0.0.1:${server.port}`,
  );
  expect(description).toBe(`tcp://127.0.0.1:${server.port}`);
  expect([defaultExpectations, secrets]).toEqual([[], []]);
  const [seen, ...others] = await attempt(attemptContext());
  expect(others).toEqual([]);
  expect(seen).toMatchObject({
    state: 'answered',
    address: '127.0.0.1',
    phases: { dns: 0, connect: expect.any(Number), total: expect.any(Number) },
    facts: { address: '127.0.0.1', latency: expect.any(DurationFact) },
  });
  expect(seen).not.toHaveProperty('facts.banner.length');
});

test('a closed port fails', async () => {
  const port = await closedPort();
  expect(await target(`tcp://127.0.0.1:${port}`).attempt(attemptContext())).toMatchObject([
    { state: 'failed', address: '127.0.0.1', reason: `connection refused by 127.0.0.1:${port}` },
  ]);
});

test('reads the banner if an expectation uses it', async () => {
  await using server = await startTcpServer({ script: banner('220 mail.example ESMTP\r\n') });
  const [seen] = await target(`tcp://127.0.0.1:${server.port}`).attempt(
    attemptContext({ reads: ['banner'] }),
  );
  expect(seen).toMatchObject({ facts: { banner: '220 mail.example ESMTP\r\n' } });
  expect(seen?.evidence?.()).toEqual([{ title: 'banner', lines: ['220 mail.example ESMTP'] }]);
});

test('the banner of a silent server is empty', async () => {
  await using server = await startTcpServer({ script: closeSilently() });
  expect(
    await target(`tcp://127.0.0.1:${server.port}`).attempt(attemptContext({ reads: ['banner'] })),
  ).toMatchObject([{ state: 'answered', facts: { banner: '' } }]);
});

test('waits for the banner at most until the timeout', async () => {
  await using server = await startTcpServer({ script: hang() });
  expect(
    await target(`tcp://127.0.0.1:${server.port}`).attempt(
      attemptContext({ reads: ['banner'], timeoutMs: 30 }),
    ),
  ).toMatchObject([{ state: 'answered', facts: { banner: '' } }]);
});

test('shortens and escapes the banner in the evidence', async () => {
  await using server = await startTcpServer({
    script: banner(HOSTILE_TEXT.replaceAll('\n', ' ').repeat(9)),
  });
  const [seen] = await target(`tcp://127.0.0.1:${server.port}`).attempt(
    attemptContext({ reads: ['banner'] }),
  );
  const [evidence] = seen?.evidence?.() ?? [];
  const text = evidence?.lines.join('\n') ?? '';
  expect(text).not.toMatch(/^\s*::|##\[/m);
  expect(text).not.toContain('\u001b');
  expect(seen).toMatchObject({ facts: { banner: expect.stringMatching(/^[\s\S]{1024}$/) } });
});

test('all: connects to each address', async () => {
  await using server = await startTcpServer({ script: hang() });
  const seen = await target(`tcp://db.example:${server.port}`).attempt(
    attemptContext({
      allAddresses: true,
      network: { lookup: addresses('127.0.0.1', '127.0.0.2') },
    }),
  );
  expect(seen.map(({ state, address }) => [state, address])).toEqual([
    ['answered', '127.0.0.1'],
    ['failed', '127.0.0.2'],
  ]);
});

test('parses host and port of a URL', () => {
  expect(parseEndpoint(new URL('tcp://db:5432'))).toEqual({ host: 'db', port: 5432 });
  expect(parseEndpoint(new URL('tcp://[::1]:5432'))).toEqual({ host: '::1', port: 5432 });
  expect(target('tcp://[::1]:5432').description).toBe('tcp://[::1]:5432');
  expect(() => parseEndpoint(new URL('tcp://db'))).toThrow('has no host and port');
});
