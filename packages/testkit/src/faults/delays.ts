import { setTimeout as wait } from 'node:timers/promises';
import type { Content } from './answers.ts';
import type { Behaviour, Connection, HttpExchange } from './behaviour.ts';
import { head } from './http-head.ts';

/** The `sleep` of a clock; with a fake clock, tests do not wait. */
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>;

const realSleep: Sleep = async (ms, signal) => {
  await wait(ms, undefined, signal === undefined ? {} : { signal });
};

/** Waits for `ms` milliseconds before `behaviour`. */
export function slow<C extends Connection>(
  ms: number,
  behaviour: Behaviour<C>,
  sleep: Sleep = realSleep,
): Behaviour<C> {
  return async (connection) => {
    await sleep(ms, connection.signal);
    await behaviour(connection);
  };
}

export interface Gate {
  /** Continues all waiting and later connections. */
  open(): void;
  /** Resolves when the first connection waits. */
  readonly reached: Promise<void>;
}

/** Delays `behaviour` until the test calls `open()`. */
export function gate<C extends Connection>(behaviour: Behaviour<C>): Behaviour<C> & Gate {
  const opened = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  const waiting: Behaviour<C> = async (connection) => {
    reached.resolve();
    await opened.promise;
    if (!connection.signal.aborted) await behaviour(connection);
  };
  return Object.assign(waiting, { open: opened.resolve, reached: reached.promise });
}

/** The speed of a slow transfer. */
export interface Pace {
  /** The bytes per tick; 1 by default. */
  readonly bytesPerTick?: number;
  /** Milliseconds between two ticks. */
  readonly intervalMs: number;
  readonly sleep?: Sleep;
}

/** Sends raw bytes slowly, then closes the connection. */
export function drip<C extends Connection>(bytes: string | Buffer, pace: Pace): Behaviour<C> {
  const { bytesPerTick = 1, intervalMs, sleep = realSleep } = pace;
  const content = Buffer.from(bytes);
  return async ({ socket, signal }) => {
    for (let sent = 0; sent < content.length; sent += bytesPerTick) {
      if (sent > 0) await sleep(intervalMs, signal);
      socket.write(content.subarray(sent, sent + bytesPerTick));
    }
    socket.end();
  };
}

/** Sends a valid response slowly, including the headers. */
export function dripHeaders(
  pace: Pace,
  status = 200,
  content: Content = {},
): Behaviour<HttpExchange> {
  const { start, body } = serialize(status, content);
  return drip(Buffer.concat([start, body]), pace);
}

/** Sends the headers immediately and the body slowly. */
export function dripBody(pace: Pace, status = 200, content: Content = {}): Behaviour<HttpExchange> {
  const { start, body } = serialize(status, content);
  return async (exchange) => {
    exchange.socket.write(start);
    await drip(body, pace)(exchange);
  };
}

function serialize(status: number, content: Content): { start: Buffer; body: Buffer } {
  const body = Buffer.from(content.body ?? '');
  const headers = { 'content-length': body.length, connection: 'close', ...content.headers };
  return { start: Buffer.from(head(status, headers)), body };
}
