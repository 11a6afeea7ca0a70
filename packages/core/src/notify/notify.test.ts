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
    '%s receives its body as JSON',
    async (service) => {
      expect(await send(service)).toEqual([]);
      expect(requests).toEqual([
        { method: 'POST', type: 'application/json', body: formats[service](notification) },
      ]);
    },
  );

  test.each([500, 503, 429])('retries once after %d', async (code) => {
    answers = [status(code), status(204)];
    expect(await send()).toEqual([]);
    expect(requests).toHaveLength(2);
  });

  test('reports a service that fails twice', async () => {
    answers = [status(500)];
    expect(await send('slack')).toEqual(['slack: the service answered 500']);
    expect(requests).toHaveLength(2);
  });

  test.each([400, 404, 410])('does not retry after %d', async (code) => {
    answers = [status(code)];
    expect(await send()).toEqual([`webhook: the service answered ${code}`]);
    expect(requests).toHaveLength(1);
  });

  test('times out if a service does not respond', async () => {
    answers = [hang];
    const [failure] = await send('teams', { timeoutMs: 20 });
    expect(failure).toMatch(/^teams: .*timeout/);
    expect(failure).not.toContain(SECRET);
  });

  test('after a cancellation, uses a short timeout and does not retry', async () => {
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

  test('sends a notification about the cancellation itself', async () => {
    const cancel = AbortSignal.abort(new Error('cancelled (SIGINT)'));
    expect(await send('webhook', { cancel })).toEqual([]);
    expect(requests).toHaveLength(1);
  });

  test('ignores an endless response body', async () => {
    answers = [(response) => response.writeHead(200).write('x')];
    expect(await send()).toEqual([]);
  });

  test('does not follow a redirect to another service', async () => {
    answers = [(response) => response.writeHead(302, { location: `${base}/elsewhere` }).end()];
    const [failure] = await send();
    expect(failure).toMatch(/^webhook: .*redirect/);
    expect(failure).not.toContain(SECRET);
    expect(requests.length).toBeLessThanOrEqual(2);
  });

  test('reports an unreachable service without its URL', async () => {
    await close();
    const [failure] = await send('discord');
    expect(failure).toMatch(/^discord: .*ECONNREFUSED/);
    expect(failure).not.toContain(SECRET);
    close = async () => {};
  });

  test('reports a URL without its password', async () => {
    const url = `http://user:${SECRET}@127.0.0.1/`;
    const [failure] = await notify([{ service: 'webhook', url }], notification);
    expect(failure).toMatch(/^webhook: ./);
    expect(failure).not.toContain('secret-path');
  });

  test('sends to all targets, even if one fails', async () => {
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
