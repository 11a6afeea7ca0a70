import type { Tls } from '../endpoint/endpoint.ts';
import { countBase64Bytes } from './base64.ts';
import { parseServerName, quote } from './field-parsers.ts';
import { InvalidLink } from './invalid-link.ts';
import type { Query } from './link.ts';

/** @param otherwise the default of the parameter `security` in this scheme */
export function parseTls(query: Query, otherwise: 'none' | 'tls'): Tls | undefined {
  const security = (query.get('security') ?? otherwise).toLowerCase();
  if (security === 'none') return undefined;
  if (security === 'tls') return parseTlsParameters(query);
  if (security === 'reality') return { ...parseTlsParameters(query), reality: parseReality(query) };
  throw new InvalidLink(`its security ${quote(security)} is not none, tls or reality`);
}

export function parseTlsParameters(query: Query): Tls {
  return {
    serverName: parseServerName(query.get('sni') ?? query.get('peer') ?? ''),
    insecure: INSECURE.some((name) => isOn(query.get(name))),
    alpn: parseAlpn(query.get('alpn') ?? ''),
    fingerprint: parseFingerprint(query.get('fp') ?? ''),
    reality: undefined,
  };
}

const INSECURE = ['insecure', 'allowinsecure', 'allow_insecure', 'skip-cert-verify'];

export function isOn(value: unknown): boolean {
  return ['1', 'true', 'yes'].includes(String(value ?? '').toLowerCase());
}

/** The protocols of `h2,http/1.1`; invalid names are ignored. */
export function parseAlpn(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => /^[\w./-]{1,32}$/.test(name));
}

/** The name of a browser; empty when it is not valid. */
export function parseFingerprint(text: string): string {
  return /^[a-z0-9_]{1,32}$/i.test(text) ? text.toLowerCase() : '';
}

/** The key has 32 bytes, the short ID up to 8 in hexadecimal (https://github.com/XTLS/REALITY). */
function parseReality(query: Query): NonNullable<Tls['reality']> {
  const publicKey = (query.get('pbk') ?? '').replace(/=+$/, '');
  const shortId = (query.get('sid') ?? '').toLowerCase();
  if (countBase64Bytes(publicKey) !== 32) {
    throw new InvalidLink('its reality public key (pbk) is not 32 bytes of base64');
  }
  if (!/^([\da-f]{2}){0,8}$/.test(shortId)) {
    throw new InvalidLink('its reality short id (sid) is not up to 8 bytes of hexadecimal');
  }
  return { publicKey: publicKey.replaceAll('+', '-').replaceAll('/', '_'), shortId };
}

/** The parameters that {@link parseTls} parses. */
export function tlsParameters(tls: Tls | undefined): Record<string, string> {
  if (!tls) return { security: 'none' };
  return {
    security: tls.reality ? 'reality' : 'tls',
    sni: tls.serverName,
    ...(tls.insecure && { allowInsecure: '1' }),
    alpn: tls.alpn.join(','),
    fp: tls.fingerprint,
    ...(tls.reality && { pbk: tls.reality.publicKey, sid: tls.reality.shortId }),
  };
}
