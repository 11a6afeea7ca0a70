import { expect, test, vi } from 'vitest';
import { readProxies } from './proxies.ts';
import { useProxies } from './use-proxies.ts';

const proxies = readProxies((name) => (name === 'HTTPS_PROXY' ? 'http://proxy.example:3128' : ''));

test('sets the proxies of the process', () => {
  const setProxy = vi.fn();
  expect(proxies && useProxies(proxies, '24.14.0', setProxy)).toEqual([]);
  expect(setProxy).toHaveBeenCalledWith(
    expect.objectContaining({ HTTPS_PROXY: 'http://proxy.example:3128/' }),
  );
});

test('warns on a Node that cannot use a proxy', () => {
  // `null`, because `undefined` selects the default.
  expect(proxies && useProxies(proxies, '24.13.1', null)).toEqual([
    {
      level: 'warning',
      title: 'Proxy not used',
      message: expect.stringMatching(
        /Node 24\.13\.1 cannot use it.*Update the runner to 2\.333\.0/,
      ),
    },
  ]);
});
