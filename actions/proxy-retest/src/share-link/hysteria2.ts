import type { Hysteria2 } from '../endpoint/endpoint.ts';
import { parseHost, parsePort, quote, requirePassword } from './field-parsers.ts';
import { InvalidLink } from './invalid-link.ts';
import type { Link } from './link.ts';
import type { NamedEndpoint } from './named-endpoint.ts';
import { parseTlsParameters } from './tls.ts';
import { encode, formatAuthority, writeLink } from './write-link.ts';

/**
 * `hysteria2://auth@host:443,5000-6000?obfs=salamander&obfs-password=…&sni=…&insecure=1`
 * (https://v2.hysteria.network/docs/developers/URI-Scheme/). The `auth` may be `user:password`.
 */
export function parseHysteria2(link: Link): NamedEndpoint<Hysteria2> {
  const { query } = link;
  const [, name = '', written = ''] =
    /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec(link.authority.trim()) ?? [];
  const given = [...splitList(written), ...splitList(query.get('mport') ?? '')];
  const ranges = given.map(parseRange);
  const [first] = ranges;
  return {
    endpoint: {
      protocol: 'hysteria2',
      host: parseHost(name),
      port: first?.from ?? 443,
      ports: ranges.filter(({ from, to }) => ranges.length > 1 || from !== to).map(formatRange),
      password: requirePassword(link.user),
      obfuscation: parseObfuscation(link),
      tls: parseTlsParameters(query),
    },
    remarks: link.remarks,
  };
}

interface PortRange {
  readonly from: number;
  readonly to: number;
}

const splitList = (text: string) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

function parseRange(text: string): PortRange {
  const [from, to = from, ...more] = text.split('-');
  const range = { from: parsePort(from), to: parsePort(to) };
  if (more.length > 0 || range.from > range.to) {
    throw new InvalidLink('its ports are not a range such as 20000-30000');
  }
  return range;
}

const formatRange = ({ from, to }: PortRange) => `${from}-${to}`;

function parseObfuscation({ query }: Link): string {
  const kind = (query.get('obfs') ?? 'none').toLowerCase();
  if (kind === 'none') return '';
  if (kind !== 'salamander') {
    throw new InvalidLink(`its obfuscation ${quote(kind)} is not salamander`);
  }
  const password = query.get('obfs-password') ?? '';
  if (password === '') throw new InvalidLink('its obfuscation has no password');
  return password;
}

export function formatHysteria2({ endpoint, remarks }: NamedEndpoint<Hysteria2>): string {
  const { tls, ports, obfuscation } = endpoint;
  return writeLink({
    scheme: 'hysteria2',
    user: encode(endpoint.password),
    authority: formatAuthority(endpoint),
    parameters: {
      sni: tls.serverName,
      ...(tls.insecure && { insecure: '1' }),
      alpn: tls.alpn.join(','),
      fp: tls.fingerprint,
      ...(obfuscation !== '' && { obfs: 'salamander', 'obfs-password': obfuscation }),
      // The authority already contains the first port.
      mport: ports.filter((range) => range !== `${endpoint.port}-${endpoint.port}`).join(','),
    },
    remarks,
  });
}
