import type { Endpoint } from '../endpoint/endpoint.ts';
import { quoted } from './form.ts';
import { formatHysteria2, parseHysteria2 } from './hysteria2.ts';
import { cutLink, type Link } from './link.ts';
import type { Named } from './named.ts';
import { formatPlainProxy, parsePlainProxy } from './plain-proxy.ts';
import { formatShadowsocks, parseShadowsocks } from './shadowsocks.ts';
import { formatTrojan, parseTrojan } from './trojan.ts';
import { formatTuic, parseTuic } from './tuic.ts';
import { UnusableLink } from './unusable-link.ts';
import { formatVless, parseVless } from './vless.ts';
import { parseVmess } from './vmess.ts';
import { formatVmess } from './vmess-json.ts';
import { formatWireGuard, parseWireGuard } from './wireguard.ts';

export type ParsedLink =
  | ({ readonly kind: 'endpoint' } & Named)
  /** Why not, as a clause about the link ("its port is …"), harmless and without credentials. */
  | { readonly kind: 'invalid'; readonly why: string };

/** The scheme of a link (in lower case) → what reads it. */
const PARSERS: Readonly<Record<string, (link: Link) => Named>> = {
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
    const link = cutLink(text);
    const parse = PARSERS[link.scheme];
    if (!parse) throw new UnusableLink(`its scheme ${quoted(link.scheme)} is not known`);
    return { kind: 'endpoint', ...parse(link) };
  } catch (error) {
    if (error instanceof UnusableLink) return { kind: 'invalid', why: error.message };
    throw error;
  }
}

type Formatters = {
  readonly [P in Endpoint['protocol']]: (
    named: Named<Extract<Endpoint, { readonly protocol: P }>>,
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
export function formatShareLink(named: Named): string {
  const format = FORMATTERS[named.endpoint.protocol] as (named: Named) => string;
  return format(named);
}
