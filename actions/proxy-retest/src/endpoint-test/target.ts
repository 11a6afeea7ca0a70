import { isIP } from 'node:net';
import type { SecureContext } from 'node:tls';

/** A URL that is requested through proxies; created once for all attempts. */
export interface Target {
  readonly url: URL;
  /** IPv6 addresses are without brackets. */
  readonly host: string;
  readonly port: number;
  /** `host:port`; IPv6 addresses are in brackets. */
  readonly authority: string;
  /** `undefined` for plain HTTP. */
  readonly tls: TargetTls | undefined;
  /** Set when the body of the response is read. */
  readonly page?: TargetPage;
}

interface TargetPage {
  /** Additional request headers. */
  readonly headers: Readonly<Record<string, string>>;
  readonly maxBytes: number;
}

interface TargetTls {
  readonly context: SecureContext;
  /** Empty for an IP address, which is not a valid server name (RFC 6066). */
  readonly serverName: string;
  /**
   * The session of the last verified handshake, through any proxy. Resuming it avoids verifying the
   * certificate chain again; only the target can resume it.
   */
  session: Buffer | undefined;
}

/** @param context verifies the certificate of an https URL */
export function createTarget(url: URL, context: SecureContext): Target {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const secure = url.protocol === 'https:';
  const port = Number(url.port || (secure ? 443 : 80));
  return {
    url,
    host,
    port,
    authority: `${url.hostname}:${port}`,
    tls: secure
      ? { context, serverName: isIP(host) === 0 ? host : '', session: undefined }
      : undefined,
  };
}
