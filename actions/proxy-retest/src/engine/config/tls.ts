import type { Tls } from '../../endpoint/endpoint.ts';
import { type Json, type OutboundSettings, UnsupportedEndpoint } from './outbound-settings.ts';

/**
 * The TLS settings of an outbound. The server name is always set, because the engine dials the address,
 * which the certificate may not contain.
 */
export function tlsJson(tls: Tls, host: string, alpn: readonly string[]): Json {
  return {
    enabled: true,
    server_name: tls.serverName || host,
    ...(tls.insecure && { insecure: true }),
    ...(alpn.length > 0 && { alpn }),
  };
}

/** TLS over TCP, optionally with the TLS fingerprint of a browser; empty without TLS. */
export function streamTls(
  tls: Tls | undefined,
  host: string,
  alpn: readonly string[],
  { capabilities }: OutboundSettings,
): { readonly tls?: Json } {
  if (!tls) return {};
  const json = tlsJson(tls, host, alpn);
  const { reality } = tls;
  const hasUtls = capabilities.tags.has('with_utls');
  if (reality && !hasUtls) {
    throw new UnsupportedEndpoint('the engine was built without uTLS, which reality needs');
  }
  return {
    tls: {
      ...json,
      ...(hasUtls && (reality || tls.fingerprint !== '')
        ? { utls: { enabled: true, fingerprint: toBrowser(tls.fingerprint) } }
        : {}),
      ...(reality && {
        reality: { enabled: true, public_key: reality.publicKey, short_id: reality.shortId },
      }),
    },
  };
}

const BROWSERS = [
  'chrome',
  'firefox',
  'edge',
  'safari',
  '360',
  'qq',
  'ios',
  'android',
  'random',
  'randomized',
];

/** The engine rejects unknown names; Chrome is the most common fingerprint. */
function toBrowser(fingerprint: string): string {
  return BROWSERS.includes(fingerprint) ? fingerprint : 'chrome';
}
