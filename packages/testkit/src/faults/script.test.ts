import { Agent } from 'node:http';
import { expect, test } from 'vitest';
import { respond } from './answers.ts';
import type { Behaviour, HttpExchange } from './behaviour.ts';
import { startHttpServer } from './http-server.ts';
import { requestOnce } from './request-once.ts';
import { alternate, byPath, sequence, times, versions } from './script.ts';

async function statuses(script: Behaviour<HttpExchange>, paths: readonly string[]) {
  await using server = await startHttpServer({ script });
  const seen: number[] = [];
  for (const path of paths) seen.push((await requestOnce(`${server.url}${path}`)).status);
  return seen;
}

test('sequence() runs one behaviour per request and repeats the last', async () => {
  const script = sequence(respond(500), respond(404), respond(200));
  expect(await statuses(script, ['/', '/', '/', '/'])).toEqual([500, 404, 200, 200]);
});

test('times() repeats a behaviour in a sequence', async () => {
  const script = sequence(...times(3, respond(500)), respond(200));
  expect(await statuses(script, ['/', '/', '/', '/', '/'])).toEqual([500, 500, 500, 200, 200]);
  expect(() => times(0, respond(200))).toThrow(RangeError);
});

test('alternate() cycles through behaviours', async () => {
  const script = alternate(respond(200), respond(500));
  expect(await statuses(script, ['/', '/', '/', '/', '/'])).toEqual([200, 500, 200, 500, 200]);
});

test('byPath() runs a separate behaviour per path and responds 404 elsewhere', async () => {
  const script = byPath({ '/a': sequence(respond(500), respond(200)), '/b': respond(204) });
  const paths = ['/a', '/b', '/a?query', '/elsewhere', '/b'];
  expect(await statuses(script, paths)).toEqual([500, 204, 200, 404, 204]);
});

test('byPath() uses the fallback for other paths', async () => {
  expect(await statuses(byPath({}, respond(410)), ['/a'])).toEqual([410]);
});

test('versions() changes the version per connection', async () => {
  await using server = await startHttpServer({ script: versions('old', 'new') });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = async (options = {}) => {
    const { body } = await requestOnce(server.url, options);
    return JSON.parse(body.toString());
  };
  expect(await ask({ agent })).toEqual({ version: 'old' });
  expect(await ask({ agent })).toEqual({ version: 'old' });
  expect(await ask()).toEqual({ version: 'new' });
  expect(await ask()).toEqual({ version: 'old' });
  agent.destroy();
});
