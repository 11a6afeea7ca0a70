import { expect, test } from 'vitest';
import { respond } from './answers.ts';
import { startHttpServer } from './http-server.ts';
import { redirectChain, redirectLoop, redirectTo } from './redirects.ts';
import { requestOnce } from './request-once.ts';

test('redirectTo() redirects to a fixed or computed location', async () => {
  await using fixed = await startHttpServer({ script: redirectTo('https://other.example/', 301) });
  await using made = await startHttpServer({ script: redirectTo(({ url }) => `${url}/on`) });
  expect(await requestOnce(fixed.url)).toMatchObject({
    status: 301,
    headers: { location: 'https://other.example/' },
  });
  expect(await requestOnce(`${made.url}/go`)).toMatchObject({
    status: 302,
    headers: { location: '/go/on' },
  });
});

test('redirectLoop() redirects to the same URL', async () => {
  await using server = await startHttpServer({ script: redirectLoop() });
  const answer = await requestOnce(`${server.url}/round?x=1`);
  expect(answer.headers.location).toBe('/round?x=1');
  await expect(fetch(server.url)).rejects.toMatchObject({
    cause: { message: 'redirect count exceeded' },
  });
});

test('redirectChain() stops after the given number of redirects', async () => {
  await using server = await startHttpServer({
    script: redirectChain(3, respond(200, { body: 'there' })),
  });
  const answer = await fetch(`${server.url}/start`);
  expect(await answer.text()).toBe('there');
  expect(server.requests.map(({ url }) => url)).toEqual([
    '/start',
    '/start?hop=1',
    '/start?hop=2',
    '/start?hop=3',
  ]);
});
