import type { Tls } from '../../endpoint/endpoint.ts';
import { CannotCarry, type Json, type Place } from './place.ts';

/**
 * The TLS of an outbound. The server name is always written: the server is dialled by its address,
 * which the certificate need not name.
 */
export function tlsJson(tls: Tls, host: string, alpn: readonly string[]): Json {
  return {
    enabled: true,
    server_name: tls.serverName || host,
    ...(tls.insecure && { insecure: true }),
    ...(alpn.length > 0 && { alpn }),
  };
}

/** TLS over TCP, where the client may pass itself off as a browser; nothing without TLS. */
export function streamTls(
  tls: Tls | undefined,
  host: string,
  alpn: readonly string[],
  { generation }: Place,
): { readonly tls?: Json } {
  if (!tls) return {};
  const json = tlsJson(tls, host, alpn);
  const { reality } = tls;
  const canDisguise = generation.tags.has('with_utls');
  if (reality && !canDisguise) {
    throw new CannotCarry('the engine was built without uTLS, which reality needs');
  }
  return {
    tls: {
      ...json,
      ...(canDisguise && (reality || tls.fingerprint !== '')
        ? { utls: { enabled: true, fingerprint: browser(tls.fingerprint) } }
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

/** A name that the engine does not know would be an error: Chrome is what most pass for. */
function browser(fingerprint: string): string {
  return BROWSERS.includes(fingerprint) ? fingerprint : 'chrome';
}
