import type { Docker } from './client.ts';
import { inspectContainer } from './containers.ts';
import { toDaemonError } from './requests.ts';

export interface LogOptions {
  /** The number of lines from the end; all by default. */
  readonly tail?: number;
  /** Skips output before this time, epoch milliseconds. */
  readonly sinceMs?: number;
  /** Keeps only the newest bytes; 1 MiB by default. */
  readonly maxBytes?: number;
}

export interface LogLine {
  readonly stream: 'stdout' | 'stderr';
  /** Untrusted text. */
  readonly text: string;
}

/** The output of a container, oldest line first. */
export interface ContainerLogs {
  readonly lines: readonly LogLine[];
  /** `maxBytes` was reached and older lines are missing. */
  readonly truncated: boolean;
}

/**
 * Reads the output of a container; `undefined` if the container does not exist. Throws a
 * DaemonError if its log driver does not support reading.
 */
export async function containerLogs(
  docker: Docker,
  nameOrId: string,
  { tail, sinceMs, maxBytes = 2 ** 20 }: LogOptions = {},
): Promise<ContainerLogs | undefined> {
  const container = await inspectContainer(docker, nameOrId);
  if (container === undefined) return undefined;
  const request = {
    path: `/containers/${container.id}/logs`,
    query: {
      stdout: true,
      stderr: true,
      tail,
      since: sinceMs === undefined ? undefined : (sinceMs / 1_000).toFixed(3),
    },
  };
  const response = await docker.stream(request);
  if (response.status === 404) {
    await response.readAll();
    return undefined;
  }
  if (response.status >= 300) throw toDaemonError(request, await response.readAll());
  const lines = keepNewestLines(maxBytes);
  const accept = container.tty ? readRaw(lines.add) : readFrames(lines.add);
  for await (const chunk of response.chunks) accept(chunk);
  return lines.end();
}

type Accept = (stream: LogLine['stream'], bytes: Buffer) => void;

/** With a terminal, the output is one unframed stream. */
function readRaw(accept: Accept): (chunk: Buffer) => void {
  return (chunk) => accept('stdout', chunk);
}

/**
 * Without a terminal, both streams come in frames: one byte for the stream (2 is stderr), three zero
 * bytes, four bytes for the length (big endian), the text.
 */
function readFrames(accept: Accept): (chunk: Buffer) => void {
  const header = Buffer.alloc(8);
  let headerBytes = 0;
  let left = 0;
  return (chunk) => {
    let at = 0;
    while (at < chunk.length) {
      if (left === 0) {
        const copied = chunk.copy(header, headerBytes, at, at + header.length - headerBytes);
        headerBytes += copied;
        at += copied;
        if (headerBytes < header.length) return;
        headerBytes = 0;
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

/** Splits two streams into lines and keeps the newest, in the order of their line ends. */
function keepNewestLines(maxBytes: number): { add: Accept; end: () => ContainerLogs } {
  const lines: { stream: LogLine['stream']; text: string; bytes: number }[] = [];
  const unfinished = { stdout: createLineBuffer(), stderr: createLineBuffer() };
  let bytes = 0;
  let first = 0;
  let truncated = false;

  const put = (stream: LogLine['stream'], line: Buffer) => {
    lines.push({ stream, text: line.toString('utf8').replace(/\r$/, ''), bytes: line.length + 1 });
    bytes += line.length + 1;
    for (; bytes > maxBytes && first < lines.length; first++) {
      bytes -= lines[first]?.bytes ?? 0;
      truncated = true;
    }
    // Removed in batches: removing at each line would be quadratic.
    if (first > 1_000) {
      lines.splice(0, first);
      first = 0;
    }
  };

  return {
    add: (stream, given) => {
      let rest = given;
      for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
        const line = unfinished[stream].take(rest.subarray(0, end), maxBytes);
        put(stream, line);
        rest = rest.subarray(end + 1);
      }
      if (unfinished[stream].push(rest, maxBytes)) truncated = true;
    },
    end: () => {
      for (const stream of ['stdout', 'stderr'] as const) {
        const rest = unfinished[stream].take(Buffer.alloc(0), maxBytes);
        if (rest.length > 0) put(stream, rest);
      }
      return { lines: lines.slice(first).map(({ stream, text }) => ({ stream, text })), truncated };
    },
  };
}

/** Buffers an unfinished line up to a maximum length. */
function createLineBuffer() {
  let parts: Buffer[] = [];
  let length = 0;
  const push = (part: Buffer, maxBytes: number): boolean => {
    const kept = part.subarray(0, Math.max(0, maxBytes - length));
    // Copied, because a part of a chunk would keep the complete chunk in memory.
    if (kept.length > 0) parts.push(Buffer.from(kept));
    length += kept.length;
    return kept.length < part.length;
  };
  return {
    push,
    take: (part: Buffer, maxBytes: number): Buffer => {
      push(part, maxBytes);
      const line = Buffer.concat(parts);
      parts = [];
      length = 0;
      return line;
    },
  };
}
