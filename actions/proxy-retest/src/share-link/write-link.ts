import type { Endpoint } from '../endpoint/endpoint.ts';

export interface LinkText {
  readonly scheme: string;
  /** Encoded; `undefined` omits the `@`. */
  readonly user?: string;
  /** `host:port`. */
  readonly authority: string;
  /** Not encoded; empty parameters are omitted. */
  readonly parameters?: Readonly<Record<string, string>>;
  readonly remarks: string;
}

export function writeLink({ scheme, user, authority, parameters = {}, remarks }: LinkText): string {
  const query = Object.entries(parameters)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}=${encode(value)}`)
    .join('&');
  return [
    `${scheme}://`,
    user === undefined ? '' : `${user}@`,
    authority,
    query === '' ? '' : `?${query}`,
    remarks === '' ? '' : `#${encode(remarks)}`,
  ].join('');
}

/** `host:port`; IPv6 addresses are in brackets. */
export function formatAuthority({ host, port }: Pick<Endpoint, 'host' | 'port'>): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Percent-encodes; lone surrogates are replaced. */
export function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
