import { setTimeout as wait } from 'node:timers/promises';
import type { Content } from './answers.ts';
import type { Behaviour, Connection, HttpExchange } from './behaviour.ts';
import { head } from './http-head.ts';

/** As `sleep` of a clock; give a fake clock's, and nothing waits. */
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>;

const realSleep: Sleep = async (ms, signal) => {
  await wait(ms, undefined, signal === undefined ? {} : { signal });
};

/** Waits for `ms` milliseconds, then does `behaviour`. */
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
  /** Lets through those who wait and all who come later. */
  open(): void;
  /** Resolves when the first one has come to wait. */
  readonly reached: Promise<void>;
}

/** Does `behaviour` only when the test has called `open()`: slowness without time. */
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

/** How fast bytes drip. */
export interface Pace {
  /** Bytes at a time; 1 unless told. */
  readonly bytesPerTick?: number;
  /** Milliseconds between two ticks. */
  readonly intervalMs: number;
  readonly sleep?: Sleep;
}

/** Sends raw bytes slowly, then ends the connection. */
export function drip<C extends Connection>(bytes: string | Buffer, pace: Pace): Behaviour<C> {
  const { bytesPerTick = 1, intervalMs, sleep = realSleep } = pace;
  const whole = Buffer.from(bytes);
  return async ({ socket, signal }) => {
    for (let sent = 0; sent < whole.length; sent += bytesPerTick) {
      if (sent > 0) await sleep(intervalMs, signal);
      socket.write(whole.subarray(sent, sent + bytesPerTick));
    }
    socket.end();
  };
}

/** Answers properly but slowly, from the status line on. */
export function dripHeaders(
  pace: Pace,
  status = 200,
  content: Content = {},
): Behaviour<HttpExchange> {
  const { start, body } = onTheWire(status, content);
  return drip(Buffer.concat([start, body]), pace);
}

/** Sends the headers at once and the body slowly. */
export function dripBody(pace: Pace, status = 200, content: Content = {}): Behaviour<HttpExchange> {
  const { start, body } = onTheWire(status, content);
  return async (exchange) => {
    exchange.socket.write(start);
    await drip(body, pace)(exchange);
  };
}

function onTheWire(status: number, content: Content): { start: Buffer; body: Buffer } {
  const body = Buffer.from(content.body ?? '');
  const headers = { 'content-length': body.length, connection: 'close', ...content.headers };
  return { start: Buffer.from(head(status, headers)), body };
}
