import type { AddressPolicy } from '@repo/probe/address';
import type { Lookup } from '@repo/probe/resolve';
import type { EngineEndpoint, NativeEndpoint } from '../endpoint/endpoint.ts';

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
  /** Says why an address must not be dialled; held to after names are looked up. */
  readonly policy: AddressPolicy;
  /** The system's resolver, unless told. */
  readonly lookup?: Lookup;
  /** Milliseconds for a name to be looked up. */
  readonly dnsTimeoutMs: number;
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
   * Why an attempt through a route failed, as the engine tells it; `undefined` where it says
   * nothing: then what our own sockets saw is all that is known. Waits a moment for its log.
   */
  readonly explain: (attempt: EngineAttempt) => Promise<EngineFailure | undefined>;
  /** Ends the process, and waits until it has ended. Can be called twice. */
  readonly close: () => Promise<void>;
}

export type EngineRoute =
  /** A SOCKS5 proxy on the loopback that leads through the endpoint. */
  | { readonly kind: 'ready'; readonly via: NativeEndpoint }
  /** It is not tested: the endpoint itself cannot be, or (`engine`) nothing can be said of it. */
  | { readonly kind: 'unusable'; readonly failure: EngineFailure };

export interface EngineAttempt {
  readonly index: number;
  /** The route that the attempt was made through. */
  readonly via: NativeEndpoint;
  /** When the attempt began, of `performance.now()`. */
  readonly startedAt: number;
}

export interface EngineFailure {
  /** Where it happened, on the way from us to the proxy's server and into it. */
  readonly phase: 'config' | 'dns' | 'connect' | 'tls' | 'handshake' | 'engine';
  readonly kind: EngineFailureKind;
  /** One harmless sentence without credentials. */
  readonly message: string;
}

export type EngineFailureKind =
  | 'dns'
  | 'address-refused'
  | 'refused'
  | 'unreachable'
  | 'timeout'
  | 'reset'
  | 'closed'
  | 'auth'
  /** The certificate of the proxy's server does not hold. */
  | 'certificate'
  | 'tls'
  /** The engine cannot make a connection of it. */
  | 'config-invalid'
  /** The server speaks something else. */
  | 'protocol'
  /** A fault of the engine itself: it says nothing about the endpoint. */
  | 'engine';
