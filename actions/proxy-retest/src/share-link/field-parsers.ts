import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { plain } from '@repo/core/text/untrusted';
import { InvalidLink } from './invalid-link.ts';

// The forms that the parts of an endpoint are held to; each throws UnusableLink.

/** A host as a link names it: a name, an IPv4 address, an IPv6 address with or without brackets. */
export function host(text: string): string {
  const bare = text.trim().replace(/^\[(.*)\]$/s, '$1');
  if (bare === '') throw new InvalidLink('it names no host');
  const name = hostName(bare);
  if (name === undefined) throw new InvalidLink('its host is neither a name nor an address');
  return name;
}

/** The name of a server in TLS; empty where the link has none. */
export function serverName(text: string): string {
  if (text === '') return '';
  const name = hostName(text.replace(/^\[(.*)\]$/s, '$1'));
  if (name === undefined) throw new InvalidLink('its server name (sni) is no name');
  return name;
}

/** In lower case, as ASCII, IPv6 in its one canonical form. */
function hostName(text: string): string | undefined {
  if (isIP(text) === 6) {
    // A zone is a matter of the machine that wrote it.
    if (text.includes('%')) return undefined;
    return new URL(`http://[${text}]`).hostname.slice(1, -1);
  }
  if (isIP(text) === 4) return text;
  const name = domainToASCII(text.replace(/\.$/, '')).toLowerCase();
  // A last label of digits would be read as an IPv4 address in disguise (0x7f.1, 2130706433).
  if (!HOST_NAME.test(name) || name.length > 253 || /(^|\.)(\d+|0x[\da-f]*)$/.test(name)) {
    return undefined;
  }
  return name;
}

const HOST_NAME = /^(?!-)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/;

/** A port of text or, in JSON, a number. */
export function port(value: unknown): number {
  const text = typeof value === 'string' || typeof value === 'number' ? `${value}`.trim() : '';
  if (text === '') throw new InvalidLink('it names no port');
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > 65_535)
    throw new InvalidLink('its port is not a number from 1 to 65535');
  return number;
}

/** Host and port of `host:port`, `[::1]:port` or `host`, for which `fallback` is the port. */
export function hostAndPort(
  authority: string,
  fallback?: number,
): { readonly host: string; readonly port: number } {
  const match = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec(authority.trim());
  if (!match) throw new InvalidLink('it has no host:port');
  return { host: host(match[1] ?? ''), port: port(match[2] || fallback) };
}

/**
 * The identifier of a user: a UUID, or up to 30 bytes of which v2ray and its kin make one
 * (https://xtls.github.io/en/config/inbounds/vless.html). In lower case where it is a UUID.
 */
export function userId(text: string): string {
  const id = text.trim();
  if (UUID.test(id)) return id.toLowerCase();
  if (id === '') throw new InvalidLink('it has no user id');
  if (Buffer.byteLength(id) > 30 || !/^[\w.~!@$*()+=-]+$/.test(id)) {
    throw new InvalidLink('its user id is no UUID');
  }
  return id;
}

/** A UUID, where nothing else will do. */
export function uuid(text: string): string {
  const id = text.trim().toLowerCase();
  if (!UUID.test(id)) throw new InvalidLink('its user id is no UUID');
  return id;
}

const UUID = /^[\da-f]{8}-?[\da-f]{4}-?[\da-f]{4}-?[\da-f]{4}-?[\da-f]{12}$/i;

/** A password or key; not empty. */
export function secret(text: string | undefined): string {
  if (text === undefined || text === '') throw new InvalidLink('it has no password');
  return text;
}

/** A path, host or service name that goes into the head of a request: one line, no spaces. */
export function headerValue(name: string, text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses
  if (/[\u0000-\u0020\u007f]/.test(text)) {
    throw new InvalidLink(`its ${name} has spaces or control characters`);
  }
  return text;
}

/** A word of the link in a reason: never of where a credential could stand. */
export function quoted(text: string): string {
  return `"${plain(text, 40)}"`;
}
