import { type ClientRequest, type IncomingMessage, request as openRequest } from 'node:http';
import type { Socket } from 'node:net';
import { type Body, readBody } from './body.ts';
import { explainEnd, explainError } from './explain.ts';
import type { Phase, ProbeFailure } from './failure.ts';
import type { Limit } from './limit.ts';

/** An HTTP request message. */
export interface Message {
  readonly method: string;
  /** Path and query, or an absolute URL for a proxy. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | undefined;
}

export interface Answer extends Body {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly httpVersion: string;
}

/** `firstByte`: milliseconds from the sent request to the first byte of the response, if any. */
export type Exchange = { readonly firstByte: number | undefined } & (
  | { readonly ok: true; readonly answer: Answer }
  | { readonly ok: false; readonly failure: ProbeFailure }
);

/** A request that is ready to send. The time to prepare it does not count for the target. */
export interface PreparedExchange {
  /**
   * Sends the request over an open socket and reads the response, with a body up to `maxBodyBytes`.
   * The socket cannot be used again. The caller has to destroy it.
   */
  readonly send: (
    socket: Socket,
    options: { readonly maxBodyBytes: number; readonly peer: string },
    limit: Limit,
  ) => Promise<Exchange>;
}

export function prepareExchange(message: Message): PreparedExchange {
  const opened = open(message);
  return {
    send: (socket, { maxBodyBytes, peer }, limit) => {
      if (!opened.ok) {
        const failure = explainError(opened.error, { phase: 'request', peer: 'the request' });
        return Promise.resolve({ ok: false, failure, firstByte: undefined });
      }
      const { request, begin } = opened;
      const hasBody = message.body !== undefined;
      let phase: Phase = hasBody ? 'request' : 'first-byte';
      let firstByte: number | undefined;
      return limit.wait<Exchange>(
        (settle) => {
          const fail = (error: unknown) =>
            settle({ ok: false, failure: explainError(error, { phase, peer }), firstByte });
          const answered = (response: IncomingMessage) => (content: Body) =>
            settle({ ok: true, answer: readAnswer(response, content), firstByte });
          let sent = 0;
          request.on('error', fail);
          request.once('socket', () => {
            socket.prependOnceListener('data', () => {
              firstByte = performance.now() - sent;
              phase = 'body';
            });
          });
          request.once('response', (response) => {
            readBody(response, maxBodyBytes, answered(response), fail);
          });
          request.once('upgrade', (response) =>
            answered(response)({ bytes: Buffer.alloc(0), truncated: false }),
          );
          if (hasBody) {
            request.once('finish', () => {
              if (phase !== 'request') return;
              phase = 'first-byte';
              sent = performance.now();
            });
          }
          sent = performance.now();
          begin(socket);
        },
        (end) => ({
          ok: false,
          failure: explainEnd(end, { phase, peer }, limit.timeoutMs),
          firstByte,
        }),
      );
    },
  };
}

type Opened =
  | {
      readonly ok: true;
      readonly request: ClientRequest;
      /** Nothing is sent before this call. */
      readonly begin: (socket: Socket) => void;
    }
  | { readonly ok: false; readonly error: unknown };

function open({ method, target, headers, body }: Message): Opened {
  let passSocket: ((error: Error | null, socket: Socket) => void) | undefined;
  try {
    // Without an agent, each request has its own connection.
    const createConnection = (_: unknown, done: NonNullable<typeof passSocket>) => {
      passSocket = done;
      return undefined;
    };
    const request = openRequest({
      createConnection,
      method,
      path: target,
      headers,
      setHost: false,
    });
    request.end(body);
    return { ok: true, request, begin: (socket) => passSocket?.(null, socket) };
  } catch (error) {
    return { ok: false, error };
  }
}

function readAnswer(response: IncomingMessage, body: Body): Answer {
  return {
    ...body,
    status: response.statusCode ?? 0,
    statusText: response.statusMessage ?? '',
    headers: joinHeaders(response.rawHeaders),
    httpVersion: response.httpVersion,
  };
}

/** Lower-case names. The values of a repeated header are joined with `, `. */
function joinHeaders(raw: readonly string[]): Record<string, string> {
  // Without a prototype, because a header can have the name `constructor` or `__proto__`.
  const headers: Record<string, string> = Object.create(null);
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index]?.toLowerCase() ?? '';
    const value = raw[index + 1] ?? '';
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
  }
  return headers;
}
