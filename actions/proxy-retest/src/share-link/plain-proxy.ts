import type { NativeEndpoint } from '../endpoint/endpoint.ts';
import { decodeBase64 } from './base64.ts';
import { parseHostAndPort } from './field-parsers.ts';
import { InvalidLink } from './invalid-link.ts';
import { decodePercent, type Link } from './link.ts';
import type { NamedEndpoint } from './named-endpoint.ts';
import { encode, formatAuthority, writeLink } from './write-link.ts';

const PROTOCOLS: Readonly<Record<string, readonly [NativeEndpoint['protocol'], port: number]>> = {
  __proto__: null as never,
  http: ['http', 80],
  https: ['https', 443],
  socks: ['socks5', 1080],
  socks5: ['socks5', 1080],
  socks5h: ['socks5', 1080],
  socks4: ['socks4', 1080],
  socks4a: ['socks4a', 1080],
};

/**
 * `scheme://user:password@host:port`; the user may be base64 of `user:password`, and all of it
 * base64 of `user:password@host:port`.
 */
export function parsePlainProxy(link: Link): NamedEndpoint<NativeEndpoint> {
  const [protocol, port] = PROTOCOLS[link.scheme] ?? ['socks5', 1080];
  if (link.path !== '' && link.path !== '/') {
    throw new InvalidLink('it has a path, so it is the URL of a page and not a proxy');
  }
  const { user, authority } = splitParts(link);
  const [name, password] = parseCredentials(user);
  return {
    endpoint: { protocol, ...parseHostAndPort(authority, port), user: name, password },
    remarks: link.remarks,
  };
}

function splitParts(link: Link): { readonly user: string; readonly authority: string } {
  if (link.user !== undefined) return { user: link.user, authority: link.authority };
  const text = decodeBase64(decodePercent(link.authority)) ?? '';
  const at = text.lastIndexOf('@');
  // A name such as "localhost" is valid base64 too, so the decoded text must contain user@host.
  return at < 0
    ? { user: '', authority: link.authority }
    : { user: text.slice(0, at), authority: text.slice(at + 1) };
}

function parseCredentials(user: string): [name: string, password: string] {
  const decoded = user.includes(':') ? undefined : decodeBase64(user);
  const text = decoded?.includes(':') ? decoded : user;
  const colon = text.indexOf(':');
  return colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)];
}

export function formatPlainProxy({ endpoint, remarks }: NamedEndpoint<NativeEndpoint>): string {
  const { user, password } = endpoint;
  // The colon keeps the user from being parsed as base64.
  const credentials =
    user === '' && password === '' ? {} : { user: `${encode(user)}:${encode(password)}` };
  return writeLink({
    scheme: endpoint.protocol,
    ...credentials,
    authority: formatAuthority(endpoint),
    remarks,
  });
}
