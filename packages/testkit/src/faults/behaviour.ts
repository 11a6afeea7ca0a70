import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** One accepted connection, as a behaviour sees it. */
export interface Connection {
  /** 1 for the first connection that the server accepted. */
  readonly number: number;
  /** Bytes to and from the client (inside TLS where there is TLS). */
  readonly socket: Socket;
  /** Aborted when the connection has closed, be it by the client or by the server's `close()`. */
  readonly signal: AbortSignal;
  /** Ends the connection with a TCP RST, also below TLS. */
  reset(): void;
}

/** What the server does on one connection (TCP) or with one request (HTTP). */
export type Behaviour<C> = (connection: C) => void | Promise<void>;

/** One HTTP request and its connection. */
export interface HttpExchange extends Connection {
  readonly request: RecordedRequest;
  readonly response: ServerResponse;
}

/** A request that arrived whole. */
export interface RecordedRequest {
  readonly method: string;
  /** Path and query as sent. */
  readonly url: string;
  /** `url` without the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The body as UTF-8. */
  readonly body: string;
  /** Number of the connection that brought it, from 1. */
  readonly connection: number;
  /** Only with TLS. */
  readonly tls?: RequestTls;
}

export interface RequestTls {
  /** As `TLSv1.3`. */
  readonly version: string;
  /** SNI, where the client sent one. */
  readonly serverName: string | undefined;
  /** Common name of the client's certificate, where it was asked for and sent. */
  readonly clientName: string | undefined;
}
