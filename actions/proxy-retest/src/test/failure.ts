/** How far an attempt came: `proxy-tls` and `proxy` are with the proxy, `tls` and on with the target. */
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
  /** The proxy's name has no address, or none could be had. */
  | 'dns'
  | 'refused'
  | 'unreachable'
  | 'reset'
  | 'closed'
  | 'timeout'
  /** The proxy wants other credentials than the list has. */
  | 'auth'
  /** The proxy speaks its protocol, and will not or cannot go on to the target. */
  | 'proxy-refused'
  /** Not the protocol that the list says, or not HTTP behind it. */
  | 'protocol'
  /** Somebody between us and the target shows a certificate that is not the target's. */
  | 'tls-mitm'
  /** The certificate of an HTTPS proxy itself is not valid. */
  | 'proxy-certificate'
  | 'tls-failed'
  | 'bad-status'
  /** It answers, after more than `max-latency`. */
  | 'too-slow'
  /** The judge got, or gave, something other than without the proxy. */
  | 'tampered'
  /** Our own rules do not allow the address; it was not dialled. */
  | 'address-refused'
  /** The endpoint cannot be put into a form that could be dialled. */
  | 'config-invalid'
  /** The engine could not be had or ended by itself: it says nothing about the endpoint. */
  | 'engine'
  | 'aborted'
  /** A fault of this machine: it says nothing about the endpoint. */
  | 'local';

export interface TestFailure {
  readonly phase: TestPhase;
  readonly kind: TestFailureKind;
  /** One clause of harmless text, without credentials. */
  readonly message: string;
}

/** What says nothing about the endpoint. */
const NOT_ITS_FAULT: ReadonlySet<TestFailureKind> = new Set([
  'address-refused',
  'config-invalid',
  'engine',
  'aborted',
  'local',
]);

/** Whether the failure is the endpoint's own, so that it counts against it. */
export function isItsFault({ kind }: TestFailure): boolean {
  return !NOT_ITS_FAULT.has(kind);
}

/** Ends an attempt from within its phases. */
export class AttemptFailed extends Error {
  override readonly name = 'AttemptFailed';
  readonly failure: TestFailure;

  constructor(failure: TestFailure) {
    super(failure.message);
    this.failure = failure;
  }
}
