import type { Hysteria2 } from '../endpoint/endpoint.ts';
import { host, port, quoted, secret } from './form.ts';
import type { Link } from './link.ts';
import type { Named } from './named.ts';
import { plainTls } from './tls.ts';
import { UnusableLink } from './unusable-link.ts';
import { authorityOf, encode, writeLink } from './write-link.ts';

/**
 * `hysteria2://auth@host:443,5000-6000?obfs=salamander&obfs-password=…&sni=…&insecure=1`
 * (https://v2.hysteria.network/docs/developers/URI-Scheme/). The `auth` may be `user:password`.
 */
export function parseHysteria2(link: Link): Named<Hysteria2> {
  const { query } = link;
  const [, name = '', written = ''] =
    /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec(link.authority.trim()) ?? [];
  const given = [...listOf(written), ...listOf(query.get('mport') ?? '')];
  const ranges = given.map(rangeOf);
  const [first] = ranges;
  return {
    endpoint: {
      protocol: 'hysteria2',
      host: host(name),
      port: first?.from ?? 443,
      ports: ranges.filter(({ from, to }) => ranges.length > 1 || from !== to).map(textOf),
      password: secret(link.user),
      obfuscation: obfuscationOf(link),
      tls: plainTls(query),
    },
    remarks: link.remarks,
  };
}

interface PortRange {
  readonly from: number;
  readonly to: number;
}

const listOf = (text: string) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

function rangeOf(text: string): PortRange {
  const [from, to = from, ...more] = text.split('-');
  const range = { from: port(from), to: port(to) };
  if (more.length > 0 || range.from > range.to) {
    throw new UnusableLink('its ports are no range like 20000-30000');
  }
  return range;
}

const textOf = ({ from, to }: PortRange) => `${from}-${to}`;

function obfuscationOf({ query }: Link): string {
  const kind = (query.get('obfs') ?? 'none').toLowerCase();
  if (kind === 'none') return '';
  if (kind !== 'salamander') {
    throw new UnusableLink(`its obfuscation ${quoted(kind)} is not salamander`);
  }
  const password = query.get('obfs-password') ?? '';
  if (password === '') throw new UnusableLink('its obfuscation has no password');
  return password;
}

export function formatHysteria2({ endpoint, remarks }: Named<Hysteria2>): string {
  const { tls, ports, obfuscation } = endpoint;
  return writeLink({
    scheme: 'hysteria2',
    user: encode(endpoint.password),
    authority: authorityOf(endpoint),
    parameters: {
      sni: tls.serverName,
      ...(tls.insecure && { insecure: '1' }),
      alpn: tls.alpn.join(','),
      fp: tls.fingerprint,
      ...(obfuscation !== '' && { obfs: 'salamander', 'obfs-password': obfuscation }),
      // The port of the authority stands for a range of its own.
      mport: ports.filter((range) => range !== `${endpoint.port}-${endpoint.port}`).join(','),
    },
    remarks,
  });
}
