import { promises as dns } from 'node:dns';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { slots } from '@repo/core/process/slots';
import type { Lookup } from '@repo/probe/resolve';

/** Resolvers drop queries when more are in flight. */
const MAX_CONCURRENT = 64;
const HOSTS_FILE =
  process.platform === 'win32' ? 'C:\\Windows\\System32\\drivers\\etc\\hosts' : '/etc/hosts';

/**
 * Resolves thousands of names. getaddrinfo blocks one of the four threads of Node.js per lookup: a few
 * slow name servers would delay all lookups until they time out. Instead, this reads the hosts file
 * once and queries the name servers directly (c-ares).
 *
 * @param timeoutMs timeout of a lookup, which queries twice
 * @param servers name servers to use instead of those of the system
 */
export function createDnsLookup({
  timeoutMs,
  servers,
}: {
  readonly timeoutMs: number;
  readonly servers?: readonly string[];
}): Lookup {
  const resolver = new dns.Resolver({ timeout: Math.ceil(timeoutMs / 3), tries: 2 });
  if (servers) resolver.setServers(servers);
  const queue = slots(MAX_CONCURRENT);
  let hosts: Promise<ReadonlyMap<string, readonly string[]>> | undefined;
  return async (host, family) => {
    const hasFamily = (address: string) => family === 0 || isIP(address) === family;
    hosts ??= readHosts();
    const fromHosts =
      (await hosts).get(host) ?? (/(^|\.)localhost$/.test(host) ? ['127.0.0.1'] : []);
    if (fromHosts.some(hasFamily)) return fromHosts.filter(hasFamily).map(withFamily);
    const found = await queue.take(() =>
      Promise.allSettled(resolveFamilies(resolver, host, family)),
    );
    const addresses = found.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
    if (addresses.length > 0) return addresses.map(withFamily);
    const errors = found.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    throw errors.find(isTimeout) ?? errors[0] ?? new Error('no answer');
  };
}

function resolveFamilies(resolver: dns.Resolver, host: string, family: 0 | 4 | 6) {
  return [
    ...(family === 6 ? [] : [resolver.resolve4(host)]),
    ...(family === 4 ? [] : [resolver.resolve6(host)]),
  ].map((question) => question.catch(normalizeError));
}

/** An unreachable name server says as little about the name as one that does not answer. */
function normalizeError(error: NodeJS.ErrnoException): never {
  if (error.code !== 'ECONNREFUSED') throw error;
  throw Object.assign(new Error('no name server can be reached'), { code: 'ETIMEOUT' });
}

function isTimeout(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ETIMEOUT';
}

function withFamily(address: string) {
  return { address, family: isIP(address) };
}

async function readHosts(): Promise<ReadonlyMap<string, readonly string[]>> {
  const hosts = new Map<string, string[]>();
  const text = await readFile(HOSTS_FILE, 'utf8').catch(() => '');
  for (const line of text.split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (isIP(address) === 0) continue;
    for (const name of names) {
      const before = hosts.get(name.toLowerCase());
      if (before) before.push(address);
      else hosts.set(name.toLowerCase(), [address]);
    }
  }
  return hosts;
}
