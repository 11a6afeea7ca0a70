import { attemptContext } from '@repo/checks/testing/attempt-context';
import { InputError } from '@repo/core/errors/input-error';
import { json, respond } from '@repo/testkit/faults/answers';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { byPath } from '@repo/testkit/faults/script';
import { expect, test } from 'vitest';
import { readConfig } from '../config.ts';

const context = attemptContext();

async function attempt(steps: object) {
  const { checks } = await readConfig(JSON.stringify([{ name: 'trip', steps }]), 'checks');
  const observations = await checks[0]?.target.attempt(context);
  expect(observations).toHaveLength(1);
  return observations?.[0];
}

async function problems(steps: unknown): Promise<string> {
  const error = await readConfig(JSON.stringify([{ name: 'trip', steps }]), 'checks').catch(
    (e) => e,
  );
  expect(error).toBeInstanceOf(InputError);
  return error.message;
}

test('creates, follows a relative link, reads back', async () => {
  await using server = await startHttpServer({
    script: byPath({
      '/': respond(201, { headers: { location: '/p/17' } }),
      '/p/17': respond(200, { body: 'hello' }),
    }),
  });
  const seen = await attempt([
    {
      http: { url: `${server.url}/`, method: 'POST', body: 'hello', 'follow-redirects': false },
      expect: 'status == 201',
      capture: { link: "headers['location']" },
    },
    { http: { url: '${link}' }, expect: "body == 'hello'" },
  ]);
  expect(seen?.state).toBe('answered');
  expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'POST /',
    'GET /p/17',
  ]);
});

test('stops at the first failed step and reports its number', async () => {
  await using server = await startHttpServer({ script: byPath({ '/a': json({ id: 7 }) }) });
  const seen = await attempt([
    { http: { url: `${server.url}/a` }, capture: { id: 'json.id' } },
    { http: { url: `${server.url}/b/\${id}` } },
    { http: { url: `${server.url}/never` } },
  ]);
  expect(seen).toMatchObject({ state: 'failed', reason: 'step 2: status 404, expected 200-299' });
  expect(server.requests.at(-1)?.path).toBe('/b/7');
});

test('rejects captured values with a NUL character', async () => {
  await using server = await startHttpServer({ script: json({ id: 'a\0b' }) });
  const capture = { http: { url: `${server.url}/` }, capture: { id: 'json.id' } };
  for (const next of [{ unix: { socket: '/tmp/${id}' } }, { postgres: { host: '${id}' } }]) {
    expect(await attempt([capture, next])).toMatchObject({
      state: 'failed',
      reason: 'step 1: the value captured as id contains a NUL character',
    });
  }
});

test('fails when there is nothing to capture', async () => {
  await using server = await startHttpServer({ script: json({}) });
  const seen = await attempt([{ http: { url: server.url }, capture: { token: 'json.token' } }]);
  expect(seen).toMatchObject({
    state: 'failed',
    reason: 'step 1: nothing to capture as token',
  });
});

test('validates options with captured values', async () => {
  const hostile = 'file:///etc/passwd';
  await using server = await startHttpServer({ script: json({ link: hostile }) });
  const seen = await attempt([
    { http: { url: server.url }, capture: { link: 'json.link' } },
    { http: { url: '${link}' } },
  ]);
  expect(seen).toMatchObject({ state: 'failed' });
  expect(seen?.state === 'failed' && seen.reason).toContain(
    'step 2: the captured values result in invalid options',
  );
});

test('removes a captured token from the failure of a later step', async () => {
  await using server = await startHttpServer({
    script: byPath({
      '/login': json({ token: 's3cr3t-7' }),
      '/me': respond(403, { body: 'no access for s3cr3t-7' }),
    }),
  });
  const seen = await attempt([
    { http: { url: `${server.url}/login` }, capture: { token: 'json.token' } },
    {
      http: { url: `${server.url}/me`, headers: { Authorization: 'Bearer ${token}' } },
      expect: "body == 'hello'",
    },
  ]);
  expect(server.requests[1]?.headers.authorization).toBe('Bearer s3cr3t-7');
  expect(seen?.state).toBe('failed');
  expect(JSON.stringify([seen, seen?.evidence?.()])).not.toContain('s3cr3t');
});

test('rejects invalid steps before the first request', async () => {
  expect(await problems([])).toContain('has no steps');
  expect(await problems([{ http: { url: 'http://a/${x}' } }])).toContain(
    '${x}, which no earlier step',
  );
  expect(await problems([{ gopher: {} }])).toContain('no kind of check');
  expect(await problems([{ http: { url: 'http://a/', metod: 'GET' } }])).toContain('metod');
  expect(await problems([{ http: { url: 'http://a/' }, capture: { x: 'bodi' } }])).toContain(
    'unknown variable bodi',
  );
  expect(await problems([{ http: { url: 'http://a/' }, capure: {} }])).toContain('capure');
});
