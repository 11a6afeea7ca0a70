import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { formats } from './formats.ts';
import type { Notification } from './message.ts';
import { type NotifyOptions, notify } from './notify.ts';

const SECRET = 'T0/B0/secret-path';
const notification: Notification = {
  action: 'probe',
  verdict: 'fail',
  message: 'down',
  repository: 'o/r',
  workflow: 'CI',
  runUrl: 'https://github.test/o/r/actions/runs/7',
};

/** What the service does with each request, in turn; the last one again and again. */
type Answer = (response: ServerResponse) => void;
let answers: Answer[];
let requests: { method?: string; type?: string; body: unknown }[];
let base: string;
let close: () => Promise<void>;

const status = (code: number) => (response: ServerResponse) => response.writeHead(code).end();
const hang = () => {};

beforeEach(async () => {
  answers = [status(200)];
  requests = [];
  const server = createServer(async (request: IncomingMessage, response) => {
    const chunks = await request.toArray();
    requests.push({
      ...(request.method && { method: request.method }),
      ...(request.headers['content-type'] && { type: request.headers['content-type'] }),
      body: JSON.parse(Buffer.concat(chunks).toString()),
    });
    (answers.length > 1 ? answers.shift() : answers[0])?.(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
});
afterEach(() => close());

const send = (service: keyof typeof formats = 'webhook', options?: NotifyOptions) =>
  notify([{ service, url: `${base}/${SECRET}` }], notification, options);

describe('notify', () => {
  test.each(['slack', 'discord', 'teams', 'webhook'] as const)(
    '%s gets its body as JSON',
    async (service) => {
      expect(await send(service)).toEqual([]);
      expect(requests).toEqual([
        { method: 'POST', type: 'application/json', body: formats[service](notification) },
      ]);
    },
  );

  test.each([500, 503, 429])('after %d it is tried once more', async (code) => {
    answers = [status(code), status(204)];
    expect(await send()).toEqual([]);
    expect(requests).toHaveLength(2);
  });

  test('a service that stays ill is told, after two attempts', async () => {
    answers = [status(500)];
    expect(await send('slack')).toEqual(['slack: the service answered 500']);
    expect(requests).toHaveLength(2);
  });

  test.each([400, 404, 410])('%d is not tried again', async (code) => {
    answers = [status(code)];
    expect(await send()).toEqual([`webhook: the service answered ${code}`]);
    expect(requests).toHaveLength(1);
  });

  test('a service that never answers is given up', async () => {
    answers = [hang];
    const [failure] = await send('teams', { timeoutMs: 20 });
    expect(failure).toMatch(/^teams: .*timeout/);
    expect(failure).not.toContain(SECRET);
  });

  test('after a cancel little time is left, and no other attempt', async () => {
    const stop = new AbortController();
    answers = [
      () => {
        stop.abort(new Error('cancelled (SIGINT)'));
      },
    ];
    expect(await send('slack', { cancel: stop.signal, afterCancelMs: 20 })).toEqual([
      'slack: cancelled (SIGINT)',
    ]);
    expect(requests).toHaveLength(1);
  });

  test('what is told because of a cancel is sent all the same', async () => {
    const cancel = AbortSignal.abort(new Error('cancelled (SIGINT)'));
    expect(await send('webhook', { cancel })).toEqual([]);
    expect(requests).toHaveLength(1);
  });

  test('a body that never ends does not matter', async () => {
    answers = [(response) => response.writeHead(200).write('x')];
    expect(await send()).toEqual([]);
  });

  test('a redirect is not followed: the message is for the one that was named', async () => {
    answers = [(response) => response.writeHead(302, { location: `${base}/elsewhere` }).end()];
    const [failure] = await send();
    expect(failure).toMatch(/^webhook: .*redirect/);
    expect(failure).not.toContain(SECRET);
    expect(requests.length).toBeLessThanOrEqual(2);
  });

  test('a service that cannot be reached is told without its URL', async () => {
    await close();
    const [failure] = await send('discord');
    expect(failure).toMatch(/^discord: .*ECONNREFUSED/);
    expect(failure).not.toContain(SECRET);
    close = async () => {};
  });

  test('an URL with a password is told without it', async () => {
    const url = `http://user:${SECRET}@127.0.0.1/`;
    const [failure] = await notify([{ service: 'webhook', url }], notification);
    expect(failure).toMatch(/^webhook: ./);
    expect(failure).not.toContain('secret-path');
  });

  test('all targets are served, whatever happens to one', async () => {
    answers = [status(404), status(200)];
    const url = `${base}/${SECRET}`;
    const failures = await notify(
      [
        { service: 'slack', url },
        { service: 'discord', url },
      ],
      notification,
    );
    expect(failures).toHaveLength(1);
    expect(requests).toHaveLength(2);
    expect(await notify([], notification)).toEqual([]);
  });
});
