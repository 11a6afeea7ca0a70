import { refusal } from './answers.ts';
import type { Docker } from './client.ts';
import { inspectContainer } from './containers.ts';

export interface LogOptions {
  /** How many of the last lines; all unless told. */
  readonly tail?: number;
  /** Only what came later, epoch milliseconds. */
  readonly since?: number;
  /** Most bytes that are kept, the newest ones; 1 MiB unless told. */
  readonly maxBytes?: number;
}

export interface LogLine {
  readonly stream: 'stdout' | 'stderr';
  /** Text of a stranger. */
  readonly text: string;
}

/** What a container printed, oldest first. */
export interface ContainerLogs {
  readonly lines: readonly LogLine[];
  /** Older lines were left out, because of `maxBytes`. */
  readonly cut: boolean;
}

/**
 * What a container printed; `undefined` when there is no such container. Throws a DaemonError where
 * its log driver cannot be read.
 */
export async function containerLogs(
  docker: Docker,
  nameOrId: string,
  { tail, since, maxBytes = 2 ** 20 }: LogOptions = {},
): Promise<ContainerLogs | undefined> {
  const container = await inspectContainer(docker, nameOrId);
  if (container === undefined) return undefined;
  const request = {
    path: `/containers/${container.id}/logs`,
    query: {
      stdout: true,
      stderr: true,
      tail,
      since: since === undefined ? undefined : (since / 1_000).toFixed(3),
    },
  };
  const answer = await docker.stream(request);
  if (answer.status === 404) {
    await answer.whole();
    return undefined;
  }
  if (answer.status >= 300) throw refusal(request, await answer.whole());
  const lines = newestLines(maxBytes);
  const accept = container.tty ? plainText(lines.add) : frames(lines.add);
  for await (const chunk of answer.chunks) accept(chunk);
  return lines.end();
}

type Accept = (stream: LogLine['stream'], bytes: Buffer) => void;

/** With a terminal there is one stream, as it is. */
function plainText(accept: Accept): (chunk: Buffer) => void {
  return (chunk) => accept('stdout', chunk);
}

/**
 * Without a terminal both streams come in frames: a byte for the stream (2 is stderr), three of
 * zero, the length in four (big endian), the text.
 */
function frames(accept: Accept): (chunk: Buffer) => void {
  const header = Buffer.alloc(8);
  let have = 0;
  let left = 0;
  return (chunk) => {
    let at = 0;
    while (at < chunk.length) {
      if (left === 0) {
        const copied = chunk.copy(header, have, at, at + header.length - have);
        have += copied;
        at += copied;
        if (have < header.length) return;
        have = 0;
        left = header.readUInt32BE(4);
      } else {
        const part = chunk.subarray(at, at + left);
        accept(header[0] === 2 ? 'stderr' : 'stdout', part);
        left -= part.length;
        at += part.length;
      }
    }
  };
}

/** Cuts two streams into lines and keeps the newest ones, in the order in which they ended. */
function newestLines(maxBytes: number): { add: Accept; end: () => ContainerLogs } {
  const lines: { stream: LogLine['stream']; text: string; bytes: number }[] = [];
  const begun = { stdout: emptyLine(), stderr: emptyLine() };
  let bytes = 0;
  let first = 0;
  let cut = false;

  const put = (stream: LogLine['stream'], line: Buffer) => {
    lines.push({ stream, text: line.toString('utf8').replace(/\r$/, ''), bytes: line.length + 1 });
    bytes += line.length + 1;
    for (; bytes > maxBytes && first < lines.length; first++) {
      bytes -= lines[first]?.bytes ?? 0;
      cut = true;
    }
    // Freed from time to time: at each line, it would be quadratic.
    if (first > 1_000) {
      lines.splice(0, first);
      first = 0;
    }
  };

  return {
    add: (stream, given) => {
      let rest = given;
      for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
        const whole = begun[stream].take(rest.subarray(0, end), maxBytes);
        put(stream, whole);
        rest = rest.subarray(end + 1);
      }
      if (begun[stream].push(rest, maxBytes)) cut = true;
    },
    end: () => {
      for (const stream of ['stdout', 'stderr'] as const) {
        const rest = begun[stream].take(Buffer.alloc(0), maxBytes);
        if (rest.length > 0) put(stream, rest);
      }
      return { lines: lines.slice(first).map(({ stream, text }) => ({ stream, text })), cut };
    },
  };
}

/** A line whose end has not come; what is longer than allowed is not kept. */
function emptyLine() {
  let parts: Buffer[] = [];
  let length = 0;
  const push = (part: Buffer, most: number): boolean => {
    const kept = part.subarray(0, Math.max(0, most - length));
    // Copied: a part of a chunk would keep all of it in memory.
    if (kept.length > 0) parts.push(Buffer.from(kept));
    length += kept.length;
    return kept.length < part.length;
  };
  return {
    push,
    take: (part: Buffer, most: number): Buffer => {
      push(part, most);
      const line = Buffer.concat(parts);
      parts = [];
      length = 0;
      return line;
    },
  };
}
