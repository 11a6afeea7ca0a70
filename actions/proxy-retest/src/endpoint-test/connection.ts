import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, type TLSSocket, connect as tlsConnect } from 'node:tls';
import { formatDuration } from '@repo/core/inputs/duration';
import { explainSocketError } from './explain-error.ts';
import { AttemptFailed, type TestPhase } from './failure.ts';

/** The limit of Node.js. */
const MAX_HEAD_BYTES = 16_384;

const EMPTY = Buffer.alloc(0);

/** Timeouts of the phases, and of all phases together. */
export interface TestTimeouts {
  readonly connectMs: number;
  readonly handshakeMs: number;
  readonly firstByteMs: number;
  readonly totalMs: number;
}

/**
 * A connection that goes through phases, each with its own deadline. Methods throw
 * {@link AttemptFailed} with the current phase. `close` releases every resource.
 */
export interface Connection {
  /** Starts a phase. */
  enter(phase: TestPhase, timeoutMs: number): void;
  connect(address: string, port: number): Promise<void>;
  write(bytes: string | Uint8Array): void;
  /** Reads exactly `count` bytes. */
  take(count: number): Promise<Buffer>;
  /** Reads an HTTP head including its blank line, as Latin-1; at most 16 KiB. */
  takeHead(): Promise<string>;
  /** Reads at least one byte; `undefined` at the end of the stream. */
  takeSome(): Promise<Buffer | undefined>;
  /** Starts TLS and verifies the certificate. */
  secure(options: ConnectionOptions): Promise<TLSSocket>;
  close(): void;
}

interface Waiter {
  readonly ready: () => boolean;
  readonly resolve: () => void;
  readonly reject: (error: AttemptFailed) => void;
}

/** @param totalMs timeout of all phases together */
export function openConnection({
  totalMs,
  signal,
}: {
  totalMs: number;
  signal: AbortSignal;
}): Connection {
  const sockets: Socket[] = [];
  let socket: Socket | undefined;
  let phase: TestPhase = 'tcp';
  let phaseTimer: NodeJS.Timeout | undefined;
  let pending: Buffer = EMPTY;
  let ended = false;
  let failed: AttemptFailed | undefined;
  let waiter: Waiter | undefined;

  const fail = (error: AttemptFailed) => {
    failed ??= error;
    const waiting = waiter;
    waiter = undefined;
    waiting?.reject(failed);
  };
  const expire = (ms: number) =>
    fail(
      new AttemptFailed({
        phase,
        kind: 'timeout',
        message: `timed out after ${formatDuration(ms)}`,
      }),
    );
  const abort = () => fail(new AttemptFailed({ phase, kind: 'aborted', message: 'stopped' }));
  const totalTimer = setTimeout(expire, totalMs, totalMs);
  const removeListener = onAbort(signal, abort);

  const closed = () =>
    new AttemptFailed({ phase, kind: 'closed', message: 'closed the connection' });
  const wake = () => {
    if (!waiter?.ready()) return;
    const { resolve } = waiter;
    waiter = undefined;
    resolve();
  };
  const waitUntil = (ready: () => boolean) =>
    new Promise<void>((resolve, reject) => {
      if (failed) return reject(failed);
      if (ready()) return resolve();
      if (ended) return reject(closed());
      waiter = { ready, resolve, reject };
    });

  const onData = (chunk: Buffer) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    wake();
  };
  const onEnd = () => {
    ended = true;
    wake();
    if (waiter) fail(closed());
  };
  const onError = (error: Error) => fail(new AttemptFailed(explainSocketError(error, phase)));
  const listen = (to: Socket) => to.on('data', onData).on('end', onEnd).on('close', onEnd);

  const consume = (count: number) => {
    const bytes = pending.subarray(0, count);
    pending = pending.subarray(count);
    return bytes;
  };

  return {
    enter: (next, timeoutMs) => {
      phase = next;
      clearTimeout(phaseTimer);
      phaseTimer = setTimeout(expire, timeoutMs, timeoutMs);
    },
    connect: async (address, port) => {
      if (failed) throw failed;
      let open = false;
      const opened = connect({ host: address, port, noDelay: true, autoSelectFamily: false });
      socket = opened;
      sockets.push(opened);
      opened.on('error', onError);
      opened.once('connect', () => {
        open = true;
        wake();
      });
      await waitUntil(() => open);
      listen(opened);
    },
    write: (bytes) => {
      socket?.write(bytes);
    },
    take: async (count) => {
      await waitUntil(() => pending.length >= count);
      return consume(count);
    },
    takeHead: async () => {
      let end = -1;
      await waitUntil(() => {
        end = pending.indexOf('\r\n\r\n');
        return end >= 0 || pending.length > MAX_HEAD_BYTES;
      });
      if (end < 0 || end > MAX_HEAD_BYTES) {
        throw new AttemptFailed({
          phase,
          kind: 'protocol',
          message: 'its headers are too long or incomplete',
        });
      }
      return consume(end + 4).toString('latin1');
    },
    takeSome: async () => {
      await waitUntil(() => pending.length > 0 || ended);
      return pending.length > 0 ? consume(pending.length) : undefined;
    },
    secure: async (options) => {
      if (failed) throw failed;
      const plainSocket = socket;
      if (plainSocket === undefined || ended) throw closed();
      plainSocket.off('data', onData).off('end', onEnd).off('close', onEnd);
      plainSocket.pause();
      if (pending.length > 0) plainSocket.unshift(consume(pending.length));
      let secured = false;
      const client = tlsConnect({ ...options, socket: plainSocket });
      socket = client;
      sockets.push(client);
      client.on('error', onError);
      client.once('secureConnect', () => {
        secured = true;
        wake();
      });
      listen(client);
      await waitUntil(() => secured);
      return client;
    },
    close: () => {
      clearTimeout(phaseTimer);
      clearTimeout(totalTimer);
      removeListener();
      for (const one of sockets.reverse()) one.destroy();
    },
  };
}

const abortCallbacks = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls back when the signal is aborted, or immediately when it already is. All callbacks share one
 * listener, because thousands of attempts wait for the same signal. Returns a function that removes
 * the callback.
 */
function onAbort(signal: AbortSignal, callback: () => void): () => void {
  if (signal.aborted) {
    callback();
    return () => {};
  }
  let callbacks = abortCallbacks.get(signal);
  if (callbacks === undefined) {
    const added = new Set<() => void>();
    callbacks = added;
    abortCallbacks.set(signal, added);
    signal.addEventListener('abort', () => {
      for (const one of added) one();
    });
  }
  callbacks.add(callback);
  return () => callbacks.delete(callback);
}
