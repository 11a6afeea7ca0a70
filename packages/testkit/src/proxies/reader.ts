import type { Socket } from 'node:net';

/** Reads the greeting of a client in parts; later data stays in the socket. */
export interface Reader {
  /** Reads exactly `count` bytes. */
  take(count: number): Promise<Buffer>;
  /** Reads up to the end of `mark`. */
  takeUntil(mark: string): Promise<Buffer>;
  /** Returns surplus data to the socket and stops reading. */
  release(): void;
}

export function createReader(socket: Socket): Reader {
  let pending = Buffer.alloc(0);
  let wake = () => {};
  const onData = (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    wake();
  };
  socket.on('data', onData);
  socket.once('close', () => wake());
  const until = async (length: () => number): Promise<Buffer> => {
    for (;;) {
      const count = length();
      if (count >= 0 && pending.length >= count) {
        const taken = pending.subarray(0, count);
        pending = pending.subarray(count);
        return taken;
      }
      if (socket.destroyed) throw new Error('the client disconnected');
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return {
    take: (count) => until(() => count),
    takeUntil: (mark) =>
      until(() => {
        const at = pending.indexOf(mark);
        return at < 0 ? -1 : at + mark.length;
      }),
    release: () => {
      socket.off('data', onData);
      socket.pause();
      if (pending.length > 0) socket.unshift(pending);
      socket.resume();
    },
  };
}
