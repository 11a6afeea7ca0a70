import type { EngineEndpoint, NativeEndpoint } from '../endpoint/endpoint.ts';
import type { TestFailure } from '../test/failure.ts';
import type { FindAddress } from '../test/find-address.ts';

/** A program that carries what our own sockets cannot. */
export interface Engine {
  /** E.g. `sing-box 1.14.1`. */
  readonly name: string;
  /**
   * Looks the endpoints up, checks them and starts one process for all of them. Rejects only with
   * the reason of the signal; an engine that does not start leaves every route `void`.
   */
  readonly open: (
    endpoints: readonly EngineEndpoint[],
    options: SessionOptions,
  ) => Promise<EngineSession>;
}

export interface SessionOptions {
  /** The one address of a host that may be dialled; the engine is given no name. */
  readonly findAddress: FindAddress;
  /** Milliseconds for the engine to reach a server. */
  readonly connectTimeoutMs: number;
  readonly signal: AbortSignal;
}

/** A running engine. */
export interface EngineSession {
  /**
   * How the endpoint at this index of those it was opened with is reached now. It waits while the
   * engine is started again.
   */
  readonly route: (index: number) => Promise<EngineRoute>;
  /**
   * Why an attempt through a route failed: what the engine tells of it or, where it tells nothing,
   * what our own socket saw, in the light of the protocol. Waits a moment for the engine's log.
   */
  readonly explain: (attempt: FailedAttempt) => Promise<TestFailure>;
  /** Ends the process, and waits until it has ended. Can be called twice. */
  readonly close: () => Promise<void>;
}

export type EngineRoute =
  /** A SOCKS5 proxy on the loopback that leads through the endpoint. */
  | { readonly kind: 'ready'; readonly via: NativeEndpoint }
  /** It is not tested: the endpoint itself cannot be, or (`engine`) nothing can be said of it. */
  | { readonly kind: 'unusable'; readonly failure: TestFailure };

interface FailedAttempt {
  readonly index: number;
  /** The route that the attempt was made through. */
  readonly via: NativeEndpoint;
  /** When the attempt began, of `performance.now()`. */
  readonly startedAt: number;
  /** What our own socket saw. */
  readonly seen: TestFailure;
  /** The phase in which the first byte from behind the proxy would have come. */
  readonly firstAnswerIn: 'tls' | 'first-byte';
}
