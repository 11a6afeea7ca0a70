import { type ClientRequest, type IncomingMessage, request as openRequest } from 'node:http';
import type { Socket } from 'node:net';
import { type Body, readBody } from './body.ts';
import { explainEnd, explainError } from './explain.ts';
import type { Phase, ProbeFailure } from './failure.ts';
import type { Limit } from './limit.ts';

/** One request as it goes on the wire. */
export interface Message {
  readonly method: string;
  /** Path and query, or a whole URL for a proxy. */
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

/** `firstByte`: milliseconds from the request sent to the first byte, when one came. */
export type Exchange = { readonly firstByte: number | undefined } & (
  | { readonly ok: true; readonly answer: Answer }
  | { readonly ok: false; readonly failure: ProbeFailure }
);

/**
 * Sends one request over an open socket and reads its answer, the body up to `maxBodyBytes`. The
 * socket cannot be used again: the caller destroys it.
 */
export function exchangeWithin(
  socket: Socket,
  message: Message,
  { maxBodyBytes, peer }: { readonly maxBodyBytes: number; readonly peer: string },
  limit: Limit,
): Promise<Exchange> {
  const { method, target, headers, body } = message;
  let phase: Phase = body === undefined ? 'first-byte' : 'request';
  let firstByte: number | undefined;
  return limit.wait<Exchange>(
    (settle) => {
      const fail = (error: unknown) =>
        settle({ ok: false, failure: explainError(error, { phase, peer }), firstByte });
      const answered = (response: IncomingMessage) => (content: Body) =>
        settle({ ok: true, answer: answerOf(response, content), firstByte });
      let sent = 0;
      let request: ClientRequest;
      try {
        // Without an agent: a connection of its own, and no agent to make for it.
        const createConnection = () => socket;
        request = openRequest({ createConnection, method, path: target, headers, setHost: false });
      } catch (error) {
        phase = 'request';
        const failure = explainError(error, { phase, peer: 'the request' });
        return settle({ ok: false, failure, firstByte });
      }
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
      if (body !== undefined) {
        request.once('finish', () => {
          if (phase !== 'request') return;
          phase = 'first-byte';
          sent = performance.now();
        });
      }
      sent = performance.now();
      request.end(body);
    },
    (end) => ({
      ok: false,
      failure: explainEnd(end, { phase, peer }, limit.timeoutMs),
      firstByte,
    }),
  );
}

function answerOf(response: IncomingMessage, body: Body): Answer {
  return {
    ...body,
    status: response.statusCode ?? 0,
    statusText: response.statusMessage ?? '',
    headers: joinHeaders(response.rawHeaders),
    httpVersion: response.httpVersion,
  };
}

/** Lower-case names; the values of a repeated header are joined with `, `. */
function joinHeaders(raw: readonly string[]): Record<string, string> {
  // No prototype: a header may be called `constructor` or `__proto__`.
  const headers: Record<string, string> = Object.create(null);
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index]?.toLowerCase() ?? '';
    const value = raw[index + 1] ?? '';
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
  }
  return headers;
}
