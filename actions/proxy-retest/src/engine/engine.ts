import type { EngineEndpoint, NativeEndpoint } from '../endpoint/endpoint.ts';
import type { TestFailure } from '../endpoint-test/failure.ts';
import type { FindAddress } from '../endpoint-test/find-address.ts';

/** A program that connects to endpoints of the protocols that are not built in. */
export interface Engine {
  /** E.g. `sing-box 1.14.1`. */
  readonly name: string;
  /**
   * Resolves and checks the endpoints and starts one process for all of them. Rejects only with
   * the reason of the signal; when the engine does not start, every route is unusable.
   */
  readonly open: (
    endpoints: readonly EngineEndpoint[],
    options: SessionOptions,
  ) => Promise<EngineSession>;
}

export interface SessionOptions {
  /** Resolves a host to the address that may be dialled; the engine receives no names. */
  readonly findAddress: FindAddress;
  /** Timeout of the engine for connecting to a server. */
  readonly connectTimeoutMs: number;
  readonly signal: AbortSignal;
}

/** A running engine. */
export interface EngineSession {
  /**
   * The route to the endpoint with this index. Waits while the engine restarts.
   */
  readonly route: (index: number) => Promise<EngineRoute>;
  /**
   * Explains a failed attempt by the log of the engine or, without an entry, by the observed failure
   * and the protocol. Waits a moment for the log.
   */
  readonly explain: (attempt: EngineAttempt) => Promise<TestFailure>;
  /** Stops the process and waits for its end. Can be called twice. */
  readonly close: () => Promise<void>;
}

export type EngineRoute =
  /** A SOCKS5 proxy on the loopback interface that connects through the endpoint. */
  | { readonly kind: 'ready'; readonly via: NativeEndpoint }
  /** The endpoint is invalid or, with the failure kind `engine`, the engine failed. */
  | { readonly kind: 'unusable'; readonly failure: TestFailure };

interface EngineAttempt {
  readonly index: number;
  /** The route that the attempt was made through. */
  readonly via: NativeEndpoint;
  /** Start of the attempt, from `performance.now()`. */
  readonly startedAt: number;
  /** The failure of the connection to the engine. */
  readonly observed: TestFailure;
  /** The phase in which the first byte from the target is expected. */
  readonly firstAnswerIn: 'tls' | 'first-byte';
}
