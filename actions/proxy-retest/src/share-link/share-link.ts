import type { Endpoint } from '../endpoint/endpoint.ts';
import { quoted } from './field-parsers.ts';
import { formatHysteria2, parseHysteria2 } from './hysteria2.ts';
import { InvalidLink } from './invalid-link.ts';
import { type Link, splitLink } from './link.ts';
import type { NamedEndpoint } from './named-endpoint.ts';
import { formatPlainProxy, parsePlainProxy } from './plain-proxy.ts';
import { formatShadowsocks, parseShadowsocks } from './shadowsocks.ts';
import { formatTrojan, parseTrojan } from './trojan.ts';
import { formatTuic, parseTuic } from './tuic.ts';
import { formatVless, parseVless } from './vless.ts';
import { parseVmess } from './vmess.ts';
import { formatVmess } from './vmess-json.ts';
import { formatWireGuard, parseWireGuard } from './wireguard.ts';

export type ParsedLink =
  | ({ readonly kind: 'endpoint' } & NamedEndpoint)
  /** Why not, as a clause about the link ("its port is …"), harmless and without credentials. */
  | { readonly kind: 'invalid'; readonly reason: string };

/** The scheme of a link (in lower case) → what reads it. */
const PARSERS: Readonly<Record<string, (link: Link) => NamedEndpoint>> = {
  __proto__: null as never,
  vmess: parseVmess,
  vless: parseVless,
  trojan: parseTrojan,
  ss: parseShadowsocks,
  hysteria2: parseHysteria2,
  hy2: parseHysteria2,
  tuic: parseTuic,
  wireguard: parseWireGuard,
  wg: parseWireGuard,
  http: parsePlainProxy,
  https: parsePlainProxy,
  socks: parsePlainProxy,
  socks4: parsePlainProxy,
  socks4a: parsePlainProxy,
  socks5: parsePlainProxy,
  socks5h: parsePlainProxy,
};

/** The endpoint that a share link names. Never throws, whatever the text. */
export function parseShareLink(text: string): ParsedLink {
  try {
    const link = splitLink(text);
    const parse = PARSERS[link.scheme];
    if (!parse) throw new InvalidLink(`its scheme ${quoted(link.scheme)} is not known`);
    return { kind: 'endpoint', ...parse(link) };
  } catch (error) {
    if (error instanceof InvalidLink) return { kind: 'invalid', reason: error.message };
    throw error;
  }
}

type Formatters = {
  readonly [P in Endpoint['protocol']]: (
    named: NamedEndpoint<Extract<Endpoint, { readonly protocol: P }>>,
  ) => string;
};

const FORMATTERS: Formatters = {
  http: formatPlainProxy,
  https: formatPlainProxy,
  socks4: formatPlainProxy,
  socks4a: formatPlainProxy,
  socks5: formatPlainProxy,
  shadowsocks: formatShadowsocks,
  vmess: formatVmess,
  vless: formatVless,
  trojan: formatTrojan,
  hysteria2: formatHysteria2,
  tuic: formatTuic,
  wireguard: formatWireGuard,
};

/** The share link of an endpoint; {@link parseShareLink} reads the same endpoint from it. */
export function formatShareLink(named: NamedEndpoint): string {
  const format = FORMATTERS[named.endpoint.protocol] as (named: NamedEndpoint) => string;
  return format(named);
}
