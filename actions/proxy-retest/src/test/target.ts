import { isIP } from 'node:net';
import type { SecureContext } from 'node:tls';

/** What is asked for through a proxy, made once for all attempts. */
export interface Target {
  readonly url: URL;
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  /** `host:port`, with brackets. */
  readonly authority: string;
  /** `undefined` for plain http. */
  readonly tls: TargetTls | undefined;
  /** What is asked for is read, not only whether there is an answer. */
  readonly page?: Page;
}

interface Page {
  /** Sent along, by their names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly maxBytes: number;
}

interface TargetTls {
  readonly context: SecureContext;
  /** Empty for an IP address: that is no server name (RFC 6066). */
  readonly serverName: string;
  /**
   * The session of the last handshake with the target that was verified, whatever the proxy:
   * resuming it saves the chain's verification. Who sits between us and the target cannot resume it.
   */
  session: Buffer | undefined;
}

/** A target of an http or https URL; `context` is what its certificate is verified with. */
export function targetOf(url: URL, context: SecureContext): Target {
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
