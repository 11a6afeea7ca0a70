import { expect, test } from 'vitest';
import { readStatus } from './status.ts';

test('online is who is connected, and nobody else', () => {
  const status = (BackendState: string, Online: unknown) =>
    readStatus(JSON.stringify({ BackendState, Self: { Online } }));
  expect(status('Running', true)).toEqual({ online: true, state: 'Running', peers: [] });
  expect(status('Running', false)?.online).toBe(false);
  expect(status('Stopped', true)?.online).toBe(false);
  expect(status('Running', 'true')?.online).toBe(false);
});

test('peers go by their name within the tailnet', () => {
  const Peer = { a: { DNSName: 'db.x.ts.net.', HostName: 'localhost' }, b: { HostName: 'old' } };
  const { peers } = readStatus(JSON.stringify({ BackendState: 'Running', Peer })) ?? {};
  expect(peers?.map(({ name }) => name)).toEqual(['db', 'old']);
});

test.each(['', 'null', '[]', '{}', '{"BackendState": 1}', '404 page not found'])(
  '%s is no status',
  (text) => {
    expect(readStatus(text)).toBeUndefined();
  },
);

test('whatever stands where a machine is expected does no harm', () => {
  const Peer = { a: null, b: 1, c: { TailscaleIPs: 'x', Online: 1 } };
  const text = JSON.stringify({ BackendState: 'Running', Self: [], Peer });
  expect(readStatus(text)).toEqual({
    online: false,
    state: 'Running',
    peers: [{ name: '', online: false, addresses: [], os: '' }],
  });
});
