import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunActionOptions } from '@repo/testkit/runner/run-action';
import { startRelay } from './relay.ts';
import { disposeWithFolder, runToEnd, startServer } from './server-process.ts';

const PROXY_PORT = 3128;

/** A network namespace whose only way out is a tinyproxy. */
export interface ProxiedRunner extends AsyncDisposable {
  /** The address of servers outside, which the namespace has no route to. */
  readonly outside: string;
  /** The proxy, as the namespace reaches it. */
  readonly proxy: string;
  /** Options that run an action in the namespace. */
  readonly options: Required<Pick<RunActionOptions, 'env' | 'launcher'>>;
  /** Makes a server on 127.0.0.1 available at the same port of `outside`. */
  readonly publish: (port: number) => Promise<void>;
  /** The targets that the proxy was asked for since the last call: `192.0.2.1:443`. */
  readonly takeRequests: () => Promise<readonly string[]>;
}

/** Creates the namespace and starts the proxy. Requires root. */
export async function startProxiedRunner(tinyproxy: string): Promise<ProxiedRunner> {
  const folder = await mkdtemp(join(tmpdir(), 'proxied-'));
  // 198.18.0.0/15 is reserved for tests. Processes on one machine have different addresses.
  const pair = 2 * (process.pid % 32_768);
  const [high, low] = [pair >> 8, pair & 255];
  const name = `proxied-${process.pid}`;
  const [near, far] = [`pxh${process.pid}`, `pxn${process.pid}`];
  const [host, inside] = [`198.18.${high}.${low}`, `198.18.${high}.${low + 1}`];
  const outside = `198.19.${high}.${low}`;
  const ip = (...args: readonly string[]) => runToEnd('ip', args);
  const relays: AsyncDisposable[] = [];
  await ip('netns', 'add', name);
  await ip('link', 'add', near, 'type', 'veth', 'peer', 'name', far, 'netns', name);
  await ip('addr', 'add', `${host}/31`, 'dev', near);
  await ip('link', 'set', near, 'up');
  await ip('addr', 'add', `${outside}/32`, 'dev', 'lo');
  await ip('-n', name, 'addr', 'add', `${inside}/31`, 'dev', far);
  await ip('-n', name, 'link', 'set', far, 'up');
  await ip('-n', name, 'link', 'set', 'lo', 'up');
  const log = join(folder, 'tinyproxy.log');
  const config = join(folder, 'tinyproxy.conf');
  await writeFile(
    config,
    [
      `Port ${PROXY_PORT}`,
      `Listen ${host}`,
      'Timeout 60',
      `LogFile "${log}"`,
      'LogLevel Connect',
      '',
    ].join('\n'),
  );
  const { stop } = await startServer(tinyproxy, ['-d', '-c', config], {
    ready: { host, port: PROXY_PORT },
  });
  const disposable = disposeWithFolder({ stop }, folder);
  let read = (await readFile(log, 'utf8')).length;
  const proxy = `http://${host}:${PROXY_PORT}`;
  return {
    outside,
    proxy,
    options: {
      env: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy },
      launcher: ['ip', 'netns', 'exec', name],
    },
    publish: async (port) => {
      relays.push(await startRelay(port, 0, { host: outside, port }));
    },
    takeRequests: async () => {
      const text = (await readFile(log, 'utf8')).slice(read);
      read += text.length;
      return [...text.matchAll(/Request \(.*?\): \w+ (?:http:\/\/)?([^/\s]+)/g)].map(
        ([, target = '']) => target,
      );
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(relays.map((relay) => relay[Symbol.asyncDispose]()));
      await disposable[Symbol.asyncDispose]();
      await ip('addr', 'del', `${outside}/32`, 'dev', 'lo');
      // Removes the veth pair too.
      await ip('netns', 'del', name);
    },
  };
}
