import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, type TLSSocket, connect as tlsConnect } from 'node:tls';
import { formatDuration } from '@repo/core/inputs/duration';
import { AttemptFailed, type TestPhase } from './failure.ts';
import { explainFault } from './fault.ts';
import { onAbort } from './on-abort.ts';

/** A head that is longer is not read to its end: 16 KiB, as Node has it. */
const MOST_HEAD_BYTES = 16_384;

const EMPTY = Buffer.alloc(0);

/** How long each phase and all of them may take, milliseconds. */
export interface TestTimeouts {
  readonly connect: number;
  readonly handshake: number;
  readonly firstByte: number;
  readonly total: number;
}

/**
 * One conversation over one socket, a phase after the other, each with its own deadline. What fails
 * throws {@link AttemptFailed} with the phase that it was in. `close` frees everything, always.
 */
export interface Wire {
  /** From here on, failures are of this phase, which may take so long. */
  enter(phase: TestPhase, timeoutMs: number): void;
  connect(address: string, port: number): Promise<void>;
  write(bytes: string | Uint8Array): void;
  /** Exactly so many bytes. */
  take(count: number): Promise<Buffer>;
  /** Up to the blank line that ends an HTTP head, as Latin-1; at most 16 KiB. */
  takeHead(): Promise<string>;
  /** What comes next, at least a byte; `undefined` at the end. */
  takeSome(): Promise<Buffer | undefined>;
  /** TLS from here on; the verified connection. */
  secure(options: ConnectionOptions): Promise<TLSSocket>;
  close(): void;
}

interface Waiter {
  /** Asked at each event until it is content: whatever it returns, but `undefined`, ends the wait. */
  readonly ready: () => boolean;
  readonly resolve: () => void;
  readonly reject: (error: AttemptFailed) => void;
}

/** @param totalMs for all phases together, from now */
export function openWire({ totalMs, signal }: { totalMs: number; signal: AbortSignal }): Wire {
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
        message: `not done within ${formatDuration(ms)}`,
      }),
    );
  const abort = () => fail(new AttemptFailed({ phase, kind: 'aborted', message: 'stopped' }));
  const totalTimer = setTimeout(expire, totalMs, totalMs);
  const forget = onAbort(signal, abort);

  const closed = () =>
    new AttemptFailed({ phase, kind: 'closed', message: 'closed the connection' });
  const wake = () => {
    if (!waiter?.ready()) return;
    const { resolve } = waiter;
    waiter = undefined;
    resolve();
  };
  const until = (ready: () => boolean) =>
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
  const onError = (error: Error) => fail(new AttemptFailed(explainFault(error, phase)));
  const listen = (to: Socket) => to.on('data', onData).on('end', onEnd).on('close', onEnd);

  const taken = (count: number) => {
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
      await until(() => open);
      listen(opened);
    },
    write: (bytes) => {
      socket?.write(bytes);
    },
    take: async (count) => {
      await until(() => pending.length >= count);
      return taken(count);
    },
    takeHead: async () => {
      let end = -1;
      await until(() => {
        end = pending.indexOf('\r\n\r\n');
        return end >= 0 || pending.length > MOST_HEAD_BYTES;
      });
      if (end < 0 || end > MOST_HEAD_BYTES) {
        throw new AttemptFailed({ phase, kind: 'protocol', message: 'its headers have no end' });
      }
      return taken(end + 4).toString('latin1');
    },
    takeSome: async () => {
      await until(() => pending.length > 0 || ended);
      return pending.length > 0 ? taken(pending.length) : undefined;
    },
    secure: async (options) => {
      if (failed) throw failed;
      const below = socket;
      if (below === undefined || ended) throw closed();
      below.off('data', onData).off('end', onEnd).off('close', onEnd);
      below.pause();
      if (pending.length > 0) below.unshift(taken(pending.length));
      let secured = false;
      const client = tlsConnect({ ...options, socket: below });
      socket = client;
      sockets.push(client);
      client.on('error', onError);
      client.once('secureConnect', () => {
        secured = true;
        wake();
      });
      listen(client);
      await until(() => secured);
      return client;
    },
    close: () => {
      clearTimeout(phaseTimer);
      clearTimeout(totalTimer);
      forget();
      for (const one of sockets.reverse()) one.destroy();
    },
  };
}
