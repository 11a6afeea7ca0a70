/** The phase in which an attempt failed: with the proxy up to `proxy`, with the target from `tls`. */
export type TestPhase =
  | 'config'
  | 'engine'
  | 'dns'
  | 'tcp'
  | 'proxy-tls'
  | 'proxy'
  | 'tls'
  | 'first-byte'
  | 'body';

export type TestFailureKind =
  /** The host name of the proxy cannot be resolved. */
  | 'dns'
  | 'refused'
  | 'unreachable'
  | 'reset'
  | 'closed'
  | 'timeout'
  /** The proxy rejects the credentials of the list. */
  | 'auth'
  /** The proxy does not or cannot connect to the target. */
  | 'proxy-refused'
  /** The proxy does not speak the protocol of the list, or the response is not HTTP. */
  | 'protocol'
  /** The certificate is not the target's: the connection is intercepted. */
  | 'tls-mitm'
  /** The certificate of the proxy itself is not valid. */
  | 'proxy-certificate'
  | 'tls-failed'
  | 'bad-status'
  /** The answer took longer than `max-latency`. */
  | 'too-slow'
  /** The proxy changed the request or the response. */
  | 'tampered'
  /** The address is not allowed and was not dialled. */
  | 'address-refused'
  /** The configuration of the endpoint is not valid. */
  | 'config-invalid'
  /** The engine is missing or failed. */
  | 'engine'
  | 'aborted'
  /** This machine failed. */
  | 'local';

export interface TestFailure {
  readonly phase: TestPhase;
  readonly kind: TestFailureKind;
  /** Printable text on one line, without credentials. */
  readonly message: string;
}

/** Failures that are not caused by the endpoint. */
const NOT_COUNTED: ReadonlySet<TestFailureKind> = new Set([
  'address-refused',
  'config-invalid',
  'engine',
  'aborted',
  'local',
]);

export function countsAgainstEndpoint({ kind }: TestFailure): boolean {
  return !NOT_COUNTED.has(kind);
}

/** Thrown when a phase of an attempt fails. */
export class AttemptFailed extends Error {
  override readonly name = 'AttemptFailed';
  readonly failure: TestFailure;

  constructor(failure: TestFailure) {
    super(failure.message);
    this.failure = failure;
  }
}
