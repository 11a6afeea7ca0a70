import type { KeyPair } from '../certificates/certificates.ts';
import type { Address } from '../faults/listener.ts';

/** The fault of a proxy; `none` is a working proxy. */
export type ProxyFault =
  | { readonly kind: 'none' }
  /** Accepts the connection and sends nothing. */
  | { readonly kind: 'hang' }
  /** Grants the request and forwards nothing. */
  | { readonly kind: 'hang-after-grant' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'close' }
  /** Sends its response one byte at a time, `ms` apart. */
  | { readonly kind: 'drip'; readonly ms: number }
  /** Sends endless headers. */
  | { readonly kind: 'endless-headers' }
  /** Grants a CONNECT and sends its own page. */
  | { readonly kind: 'no-tunnel' }
  /** Refuses every request. */
  | { readonly kind: 'refuse' }
  /** Rejects all credentials. */
  | { readonly kind: 'wants-credentials' }
  /** Sends data that is not a proxy response. */
  | { readonly kind: 'garbage' }
  /** Waits `ms` before it grants the request. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** Terminates the TLS of the target with its own certificate. */
  | { readonly kind: 'mitm'; readonly pair: Pick<KeyPair, 'cert' | 'key'> }
  /** Changes plain HTTP data in each direction. */
  | {
      readonly kind: 'tamper';
      readonly request?: (text: string) => string;
      readonly answer?: (text: string) => string;
    };

export interface ProxyOptions extends Address {
  readonly protocol: 'http' | 'https' | 'socks4' | 'socks4a' | 'socks5';
  /** The required credentials; SOCKS4 checks only the user. */
  readonly credentials?: { readonly user: string; readonly password: string };
  readonly fault?: ProxyFault;
  /** Names that this machine cannot resolve, and their addresses on the loopback interface. */
  readonly hosts?: Readonly<Record<string, string>>;
  /** The source address of connections to targets; any by default. */
  readonly from?: string;
  /** The certificate of an HTTPS proxy. */
  readonly pair?: Pick<KeyPair, 'cert' | 'key'>;
}

/** The request of a proxy client. */
export interface ProxyRequest {
  readonly host: string;
  readonly port: number;
  /** The HTTP request in absolute form, sent to the target unchanged. */
  readonly head?: string;
  /** The source address of the connection to the target. */
  readonly from?: string;
  /** Confirms the connection to the client. */
  readonly grant: () => Promise<void>;
  /** Reports a failed connection to the client. */
  readonly refuse: () => void;
}
