import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** One accepted connection. */
export interface Connection {
  /** The number of the connection, starting at 1. */
  readonly number: number;
  /** The data from and to the client (decrypted with TLS). */
  readonly socket: Socket;
  /** Aborted when the client or `close()` of the server closes the connection. */
  readonly signal: AbortSignal;
  /** Closes the connection with a TCP RST, also with TLS. */
  reset(): void;
}

/** How the server handles one connection (TCP) or one request (HTTP). */
export type Behaviour<C> = (connection: C) => void | Promise<void>;

/** One HTTP request and its connection. */
export interface HttpExchange extends Connection {
  readonly request: RecordedRequest;
  readonly response: ServerResponse;
}

/** A completely received request. */
export interface RecordedRequest {
  readonly method: string;
  /** Path and query as sent. */
  readonly url: string;
  /** `url` without the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The body as UTF-8. */
  readonly body: string;
  /** The number of its connection, starting at 1. */
  readonly connection: number;
  /** Only with TLS. */
  readonly tls?: RequestTls;
}

export interface RequestTls {
  /** For example `TLSv1.3`. */
  readonly version: string;
  /** The SNI, if the client sent one. */
  readonly serverName: string | undefined;
  /** The common name of the client certificate, if requested and sent. */
  readonly clientName: string | undefined;
}
