import type { Endpoint } from '../endpoint/endpoint.ts';
import { quote } from './field-parsers.ts';
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
  /** `reason` is printable text without credentials, such as "its port is …". */
  | { readonly kind: 'invalid'; readonly reason: string };

/** By lower-case scheme. */
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

/** Parses a share link; never throws. */
export function parseShareLink(text: string): ParsedLink {
  try {
    const link = splitLink(text);
    const parse = PARSERS[link.scheme];
    if (!parse) throw new InvalidLink(`its scheme ${quote(link.scheme)} is not supported`);
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

/** Formats a share link, from which {@link parseShareLink} parses the same endpoint. */
export function formatShareLink(named: NamedEndpoint): string {
  const format = FORMATTERS[named.endpoint.protocol] as (named: NamedEndpoint) => string;
  return format(named);
}
