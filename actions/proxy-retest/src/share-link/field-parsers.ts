import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { plain } from '@repo/core/text/untrusted';
import { InvalidLink } from './invalid-link.ts';

// Parsers of the fields of a link; each throws InvalidLink.

/** A name, an IPv4 address, or an IPv6 address with or without brackets. */
export function parseHost(text: string): string {
  const bare = text.trim().replace(/^\[(.*)\]$/s, '$1');
  if (bare === '') throw new InvalidLink('it has no host');
  const name = normalizeHost(bare);
  if (name === undefined) throw new InvalidLink('its host is neither a valid name nor an address');
  return name;
}

/** The server name for TLS; empty when the link has none. */
export function parseServerName(text: string): string {
  if (text === '') return '';
  const name = normalizeHost(text.replace(/^\[(.*)\]$/s, '$1'));
  if (name === undefined) throw new InvalidLink('its server name (sni) is not a valid name');
  return name;
}

/** In lower case, as ASCII; IPv6 addresses in canonical form. */
function normalizeHost(text: string): string | undefined {
  if (isIP(text) === 6) {
    // A zone is valid only on one machine.
    if (text.includes('%')) return undefined;
    return new URL(`http://[${text}]`).hostname.slice(1, -1);
  }
  if (isIP(text) === 4) return text;
  const name = domainToASCII(text.replace(/\.$/, '')).toLowerCase();
  // A numeric last label could be an obfuscated IPv4 address (0x7f.1, 2130706433).
  if (!HOST_NAME.test(name) || name.length > 253 || /(^|\.)(\d+|0x[\da-f]*)$/.test(name)) {
    return undefined;
  }
  return name;
}

const HOST_NAME = /^(?!-)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/;

/** A port as text or, in JSON, as a number. */
export function parsePort(value: unknown): number {
  const text = typeof value === 'string' || typeof value === 'number' ? `${value}`.trim() : '';
  if (text === '') throw new InvalidLink('it has no port');
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > 65_535)
    throw new InvalidLink('its port is not a number from 1 to 65535');
  return number;
}

/** `host:port`, `[::1]:port` or `host`; `fallback` is the default port. */
export function parseHostAndPort(
  authority: string,
  fallback?: number,
): { readonly host: string; readonly port: number } {
  const match = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec(authority.trim());
  if (!match) throw new InvalidLink('it has no host:port');
  return { host: parseHost(match[1] ?? ''), port: parsePort(match[2] || fallback) };
}

/**
 * The ID of a user: a UUID in lower case, or up to 30 bytes from which v2ray derives a UUID
 * (https://xtls.github.io/en/config/inbounds/vless.html).
 */
export function parseUserId(text: string): string {
  const id = text.trim();
  if (UUID.test(id)) return id.toLowerCase();
  if (id === '') throw new InvalidLink('it has no user id');
  if (Buffer.byteLength(id) > 30 || !/^[\w.~!@$*()+=-]+$/.test(id)) {
    throw new InvalidLink('its user id is not a UUID');
  }
  return id;
}

/** A UUID in lower case. */
export function parseUuid(text: string): string {
  const id = text.trim().toLowerCase();
  if (!UUID.test(id)) throw new InvalidLink('its user id is not a UUID');
  return id;
}

const UUID = /^[\da-f]{8}-?[\da-f]{4}-?[\da-f]{4}-?[\da-f]{4}-?[\da-f]{12}$/i;

export function requirePassword(text: string | undefined): string {
  if (text === undefined || text === '') throw new InvalidLink('it has no password');
  return text;
}

/** A path, host or service name for a request header: no spaces or control characters. */
export function requireHeaderValue(name: string, text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it rejects control characters
  if (/[\u0000-\u0020\u007f]/.test(text)) {
    throw new InvalidLink(`its ${name} has spaces or control characters`);
  }
  return text;
}

/** Quotes a part of the link in a message; not for parts that may contain credentials. */
export function quote(text: string): string {
  return `"${plain(text, 40)}"`;
}
