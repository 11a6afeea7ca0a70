/** The phase of an attempt; `body` starts with the first byte of the response. */
export type Phase = 'dns' | 'connect' | 'tls' | 'request' | 'first-byte' | 'body';

export type FailureKind =
  | 'dns-not-found'
  | 'dns-failed'
  | 'dns-timeout'
  | 'refused'
  | 'reset'
  | 'unreachable'
  | 'timeout'
  /** The peer closed the connection before the response was complete. */
  | 'closed'
  | 'aborted'
  /** The address policy refuses the address. */
  | 'address-refused'
  | 'certificate-expired'
  | 'certificate-not-yet-valid'
  | 'certificate-self-signed'
  | 'certificate-wrong-name'
  | 'certificate-untrusted'
  | 'tls-failed'
  /** Not HTTP, malformed, or headers above the limit of Node (16 KiB). */
  | 'protocol'
  | 'too-many-redirects'
  | 'redirect-invalid'
  /** A fault of this machine or of the request, not of the peer. */
  | 'local';

/** Why an attempt failed. */
export interface ProbeFailure {
  readonly phase: Phase;
  readonly kind: FailureKind;
  /** The code of Node or OpenSSL, e.g. `ECONNREFUSED`. */
  readonly code?: string;
  /** A clause for people; untrusted text in it is escaped and shortened. */
  readonly message: string;
  /** The proxy caused the failure, so it says nothing about the target. */
  readonly atProxy?: true;
  /** The causes of the error, outermost first; escaped like `message`. */
  readonly causes?: readonly string[];
}

/**
 * The duration of each phase in milliseconds. A phase that did not complete is absent. `firstByte` is
 * the time from the sent request to the first byte of the response. `total` is the whole attempt
 * with name resolution, body and redirects.
 */
export interface PhaseTimings {
  readonly dns?: number;
  readonly connect?: number;
  readonly tls?: number;
  readonly firstByte?: number;
  readonly total: number;
}
