import { expect, test } from 'vitest';
import { parseStatus } from './status.ts';

test('online requires a running and connected tailscaled', () => {
  const status = (BackendState: string, Online: unknown) =>
    parseStatus(JSON.stringify({ BackendState, Self: { Online } }));
  expect(status('Running', true)).toEqual({ online: true, state: 'Running', peers: [] });
  expect(status('Running', false)?.online).toBe(false);
  expect(status('Stopped', true)?.online).toBe(false);
  expect(status('Running', 'true')?.online).toBe(false);
});

test('peers have their DNS names in the tailnet', () => {
  const Peer = { a: { DNSName: 'db.x.ts.net.', HostName: 'localhost' }, b: { HostName: 'old' } };
  const { peers } = parseStatus(JSON.stringify({ BackendState: 'Running', Peer })) ?? {};
  expect(peers?.map(({ name }) => name)).toEqual(['db', 'old']);
});

test.each(['', 'null', '[]', '{}', '{"BackendState": 1}', '404 page not found'])(
  'rejects %s',
  (text) => {
    expect(parseStatus(text)).toBeUndefined();
  },
);

test('ignores invalid peers', () => {
  const Peer = { a: null, b: 1, c: { TailscaleIPs: 'x', Online: 1 } };
  const text = JSON.stringify({ BackendState: 'Running', Self: [], Peer });
  expect(parseStatus(text)).toEqual({
    online: false,
    state: 'Running',
    peers: [{ name: '', online: false, addresses: [], os: '' }],
  });
});
