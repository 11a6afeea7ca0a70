import { BlockList, isIP } from 'node:net';

/** Returns the proxy for a URL; `undefined` for a direct connection. */
export type FindProxy = (url: URL) => URL | undefined;

/** The proxies in the variables HTTP_PROXY, HTTPS_PROXY and NO_PROXY. */
export interface Proxies {
  readonly find: FindProxy;
  /** Whether the variables require a direct connection. */
  readonly isDirect: (url: URL) => boolean;
  /** The variables in the form that Node reads. */
  readonly variables: Readonly<Record<string, string>>;
  /** Variables that are ignored, and why; without their values, which can contain a password. */
  readonly problems: readonly string[];
}

const NAMES = { 'http:': 'HTTP_PROXY', 'https:': 'HTTPS_PROXY' } as const;

/** Like curl and the toolkit of GitHub: the lower-case name takes precedence. */
const readEither = (read: (name: string) => string, name: string) =>
  (read(name.toLowerCase()) || read(name)).trim();

/**
 * Reads the proxies of the environment; `undefined` if it sets none. Connections to loopback addresses
 * are always direct.
 *
 * @param read returns the value of a variable; empty if it is not set
 */
export function readProxies(read: (name: string) => string): Proxies | undefined {
  const given = Object.entries(NAMES)
    .map(([protocol, name]) => ({ protocol, name, value: readEither(read, name) }))
    .filter(({ value }) => value !== '');
  if (given.length === 0) return undefined;
  const proxies = new Map<string, URL>();
  const problems: string[] = [];
  for (const { protocol, name, value } of given) {
    const proxy = parseProxy(value);
    if (proxy) proxies.set(protocol, proxy);
    else problems.push(`${name} is not the URL of an HTTP proxy. Write http://host:port.`);
  }
  const bypass = readEither(read, 'NO_PROXY')
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '');
  const isDirect = createBypass(bypass);
  return {
    isDirect,
    find: (url) => {
      const proxy = proxies.get(url.protocol);
      return proxy === undefined || isDirect(url) ? undefined : proxy;
    },
    variables: {
      ...Object.fromEntries(
        given.flatMap(({ protocol, name }) => {
          const proxy = proxies.get(protocol);
          return proxy ? [[name, proxy.href]] : [];
        }),
      ),
      NO_PROXY: [...LOOPBACK, ...bypass.flatMap(toNodeEntries)].join(','),
    },
    problems,
  };
}

/** Without a scheme, the value is `host:port`, as for curl. */
function parseProxy(given: string): URL | undefined {
  const url = given.includes('://') ? given : `http://${given}`;
  if (!URL.canParse(url)) return undefined;
  const proxy = new URL(url);
  return proxy.protocol === 'http:' || proxy.protocol === 'https:' ? proxy : undefined;
}

const LOOPBACK = ['localhost', '127.0.0.1', '::1', '[::1]'];

/** Node does not apply a name to its subdomains. */
function toNodeEntries(entry: string): readonly string[] {
  const [, host = '', port = ''] = /^(.*?)(:\d+)?$/.exec(entry) ?? [];
  const isName = /[a-z]/.test(host) && !host.includes(':') && !/^[.*]/.test(host);
  return isName ? [entry, `.${host}${port}`] : [entry];
}

/**
 * Entries are names (with their subdomains), `.suffix`, `*.suffix`, addresses, CIDR blocks and `*`; a
 * name or an address may have a port.
 */
function createBypass(entries: readonly string[]): (url: URL) => boolean {
  const blocks = new BlockList();
  blocks.addSubnet('127.0.0.0', 8);
  blocks.addAddress('::1', 'ipv6');
  for (const entry of entries) addBlock(blocks, entry);
  return ({ hostname, port, protocol }) => {
    const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
    const family = isIP(host);
    if (family !== 0 && blocks.check(host, family === 6 ? 'ipv6' : 'ipv4')) return true;
    if (host === 'localhost' || host.endsWith('.localhost')) return true;
    const usedPort = port || (protocol === 'https:' ? '443' : '80');
    return entries.some((entry) => matches(entry, host, usedPort));
  };
}

function addBlock(blocks: BlockList, entry: string): void {
  const [, address = '', prefix] = /^([^/]+)\/(\d+)$/.exec(entry) ?? [];
  const family = isIP(address);
  if (family === 0 || Number(prefix) > (family === 6 ? 128 : 32)) return;
  blocks.addSubnet(address, Number(prefix), family === 6 ? 'ipv6' : 'ipv4');
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === '*' || entry.replace(/^\[|\]$/g, '') === host) return true;
  const [, pattern = '', entryPort = port] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
  const name = pattern.replace(/^\[|\]$/g, '').replace(/^\*?\./, '');
  if (name === '' || entryPort !== port) return false;
  return host === name || (isIP(host) === 0 && host.endsWith(`.${name}`));
}
