import { promises as dns } from 'node:dns';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { slots } from '@repo/core/process/slots';
import type { Lookup } from '@repo/probe/resolve';

/** Most questions under way; a resolver that is asked more at a time drops some. */
const AT_A_TIME = 64;
const HOSTS_FILE =
  process.platform === 'win32' ? 'C:\\Windows\\System32\\drivers\\etc\\hosts' : '/etc/hosts';

/**
 * Looks up thousands of names. The system's own call takes one of Node's four threads for as long as
 * it waits: a few names whose servers are silent would keep all others waiting, until they too were
 * taken for dead. So the hosts file is read once, and the name servers are asked directly (c-ares).
 *
 * @param timeoutMs for a name server to answer; it is asked twice
 * @param servers instead of the system's
 */
export function manyNames({
  timeoutMs,
  servers,
}: {
  readonly timeoutMs: number;
  readonly servers?: readonly string[];
}): Lookup {
  const resolver = new dns.Resolver({ timeout: Math.ceil(timeoutMs / 3), tries: 2 });
  if (servers) resolver.setServers(servers);
  const queue = slots(AT_A_TIME);
  let hosts: Promise<ReadonlyMap<string, readonly string[]>> | undefined;
  return async (host, family) => {
    const wanted = (address: string) => family === 0 || isIP(address) === family;
    hosts ??= readHosts();
    const own = (await hosts).get(host) ?? (/(^|\.)localhost$/.test(host) ? ['127.0.0.1'] : []);
    if (own.some(wanted)) return own.filter(wanted).map(withFamily);
    const found = await queue.take(() => Promise.allSettled(questions(resolver, host, family)));
    const addresses = found.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
    if (addresses.length > 0) return addresses.map(withFamily);
    const errors = found.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    throw errors.find(saysNothing) ?? errors[0] ?? new Error('no answer');
  };
}

function questions(resolver: dns.Resolver, host: string, family: 0 | 4 | 6) {
  return [
    ...(family === 6 ? [] : [resolver.resolve4(host)]),
    ...(family === 4 ? [] : [resolver.resolve6(host)]),
  ].map((question) => question.catch(explained));
}

/** That no name server could be reached says as little about the name as that none answered. */
function explained(error: NodeJS.ErrnoException): never {
  if (error.code !== 'ECONNREFUSED') throw error;
  throw Object.assign(new Error('no name server can be reached'), { code: 'ETIMEOUT' });
}

function saysNothing(error: NodeJS.ErrnoException): boolean {
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
