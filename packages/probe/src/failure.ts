/** The phase of an attempt; `body` is everything after the first byte of the answer. */
export type Phase = 'dns' | 'connect' | 'tls' | 'request' | 'first-byte' | 'body';

export type FailureKind =
  | 'dns-not-found'
  | 'dns-failed'
  | 'dns-timeout'
  | 'refused'
  | 'reset'
  | 'unreachable'
  | 'timeout'
  /** The peer closed in order, before its answer was complete. */
  | 'closed'
  | 'aborted'
  /** Our own address policy does not allow the address. */
  | 'address-refused'
  | 'certificate-expired'
  | 'certificate-not-yet-valid'
  | 'certificate-self-signed'
  | 'certificate-wrong-name'
  | 'certificate-untrusted'
  | 'tls-failed'
  /** Not HTTP, malformed, or headers beyond Node's limit of 16 KiB. */
  | 'protocol'
  | 'too-many-redirects'
  | 'redirect-invalid'
  /** A fault of this machine or of the request itself: it says nothing about the peer. */
  | 'local';

/** Why an attempt did not get its answer. */
export interface ProbeFailure {
  readonly phase: Phase;
  readonly kind: FailureKind;
  /** The code of Node or OpenSSL, e.g. `ECONNREFUSED`. */
  readonly code?: string;
  /** One sentence in plain words; text from outside in it is cut and stripped. */
  readonly message: string;
  /** What the error said was behind it, outermost first; harmless text too. */
  readonly causes?: readonly string[];
}

/**
 * How long each phase took, in milliseconds; a phase that was not entered or not completed is
 * absent. `firstByte` is from the request sent to the first byte of the answer, `total` the whole
 * attempt with name resolution, body and redirects.
 */
export interface PhaseTimings {
  readonly dns?: number;
  readonly connect?: number;
  readonly tls?: number;
  readonly firstByte?: number;
  readonly total: number;
}
