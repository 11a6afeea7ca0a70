import { X509Certificate } from 'node:crypto';
import { isIP, type Socket } from 'node:net';
import {
  connect,
  createSecureContext,
  getCACertificates,
  type PeerCertificate,
  type SecureContext,
  type SecureVersion,
  type TLSSocket,
} from 'node:tls';
import { type CertificateFacts, certificateFacts } from './certificate.ts';
import { explainEnd, explainError, peerName } from './explain.ts';
import type { ProbeFailure } from './failure.ts';
import { type Bounds, type Limit, within } from './limit.ts';

/**
 * What a client brings to a handshake. Hand the same object to all attempts that share it: what
 * OpenSSL makes of it (20 ms of CPU with own authorities, 0.4 ms without) is kept with it.
 */
export interface TlsSettings {
  /** PEM; trusted in addition to the built-in roots. */
  readonly ca?: string | readonly string[];
  /** The client certificate and its key, PEM. */
  readonly cert?: string;
  readonly key?: string;
  /** Asked for (SNI) and checked instead of the host. */
  readonly servername?: string;
  readonly alpn?: readonly string[];
  readonly minVersion?: SecureVersion;
  readonly maxVersion?: SecureVersion;
}

export type Handshake =
  | {
      readonly ok: true;
      readonly socket: TLSSocket;
      readonly ms: number;
      readonly certificate: CertificateFacts;
    }
  | {
      readonly ok: false;
      readonly failure: ProbeFailure;
      readonly ms: number;
      readonly certificate?: never;
    };

export interface HandshakeOptions extends Bounds {
  /** The name or address that the certificate is checked against, without brackets. */
  readonly host: string;
  readonly settings: TlsSettings;
}

/**
 * One full TLS handshake (no session is ever resumed: a resumed one shows no certificate) over an
 * open socket. `ok: true` says that it worked, whatever the trust: look at
 * `certificate.trusted`. Over TLS 1.3 a server that wants a client certificate says so only after
 * it. When it fails, the socket is destroyed.
 */
export function handshake(
  socket: Socket,
  { host, settings, ...bounds }: HandshakeOptions,
): Promise<Handshake> {
  const peer = peerName(host, socket.remotePort ?? '', socket.remoteAddress);
  return within(bounds, (limit) => handshakeWithin(socket, { host, settings, peer }, limit));
}

/** {@link handshake} as one phase of an attempt; `alpn` is for settings that name none. */
export function handshakeWithin(
  socket: Socket,
  {
    host,
    settings,
    peer,
    alpn = [],
  }: Omit<HandshakeOptions, keyof Bounds> & {
    readonly peer: string;
    readonly alpn?: readonly string[];
  },
  limit: Limit,
): Promise<Handshake> {
  let started = performance.now();
  const place = { phase: 'tls', peer } as const;
  let secured: TLSSocket | undefined;
  const failed = (failure: ProbeFailure): Handshake => {
    secured?.destroy();
    socket.destroy();
    return { ok: false, failure, ms: performance.now() - started };
  };
  return limit.wait<Handshake>(
    (settle) => {
      if (socket.destroyed) {
        const error = socket.errored ?? Object.assign(new Error(), { code: 'ECONNRESET' });
        return settle(failed(explainError(error, place)));
      }
      let context: SecureContext;
      try {
        context = contextOf(settings);
      } catch (error) {
        const { code, message } = explainError(error, { ...place, peer: 'the TLS settings' });
        return settle(failed({ ...place, kind: 'local', ...(code && { code }), message }));
      }
      // What OpenSSL prepares once is not the server's time.
      started = performance.now();
      let leaf: PeerCertificate | undefined;
      const name = settings.servername ?? host;
      const client = connect({
        socket,
        host: name,
        // An address is not a server name (RFC 6066).
        servername: isIP(name) === 0 ? name : '',
        secureContext: context,
        rejectUnauthorized: false,
        // Node has parsed it for this call, and only makes it when the chain is good.
        checkServerIdentity: (_, certificate) => {
          leaf = certificate;
          return undefined;
        },
        ALPNProtocols: [...(settings.alpn ?? alpn)],
      });
      secured = client;
      client.on('error', (error) => settle(failed(explainError(error, place))));
      client.once('secureConnect', () => {
        const ms = performance.now() - started;
        const certificate = certificateFacts({
          leaf: leaf ?? client.getPeerCertificate(true),
          version: client.getProtocol() ?? '',
          cipher: client.getCipher().name,
          host: name,
          chainError: client.authorized ? undefined : String(client.authorizationError),
          roots: () => [...getCACertificates('default'), ...authorities(settings)],
          now: Date.now(),
        });
        settle({ ok: true, socket: client, ms, certificate });
      });
    },
    (end) => failed(explainEnd(end, place, limit.timeoutMs)),
  );
}

const contexts = new WeakMap<TlsSettings, SecureContext>();

/** Throws when the settings hold something that is no certificate or no key for it. */
function contextOf(settings: TlsSettings): SecureContext {
  const kept = contexts.get(settings);
  if (kept) return kept;
  const { cert, key, minVersion, maxVersion } = settings;
  const own = authorities(settings);
  const made = createSecureContext({
    ...(own.length > 0 && { ca: [...getCACertificates('default'), ...own] }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(minVersion !== undefined && { minVersion }),
    ...(maxVersion !== undefined && { maxVersion }),
  });
  contexts.set(settings, made);
  return made;
}

/** The certificates of `ca` one by one. OpenSSL passes over what is none; here it throws. */
function authorities({ ca }: TlsSettings): string[] {
  return [ca ?? []].flat().flatMap((text) => {
    const found = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g);
    if (!found) throw new Error('no PEM certificate among the authorities');
    for (const pem of found) new X509Certificate(pem);
    return found;
  });
}
