import { isIP } from 'node:net';

/** The result of `ping`. */
export interface PingResult {
  readonly sent: number;
  readonly received: number;
  /** 0 to 100. */
  readonly lossPercent: number;
  /** The median of the round trips. */
  readonly roundTripMs?: number;
}

/** Pause between two pings in seconds: the minimum for users other than root on Linux. */
const PAUSE_S = 0.2;
/** Windows has no option for the pause. */
const WINDOWS_PAUSE_MS = 1_000;

/** The `ping` command of this system. On Windows, it sends as many pings as the timeout allows. */
export function pingCommand(
  address: string,
  { count, timeoutMs }: { readonly count: number; readonly timeoutMs: number },
  platform: NodeJS.Platform = process.platform,
): readonly [string, ...string[]] {
  const pause = count > 1 ? ['-i', `${PAUSE_S}`] : [];
  const left = timeoutMs / 1_000 - PAUSE_S * count;
  const seconds = `${Math.max(1, Math.floor(left))}`;
  if (platform === 'win32') {
    const sent = Math.max(1, Math.min(count, Math.floor(timeoutMs / WINDOWS_PAUSE_MS)));
    return ['ping', '-n', `${sent}`, '-w', `${Math.ceil(timeoutMs / sent)}`, address];
  }
  if (platform === 'darwin') {
    // On macOS, ping supports IPv4 only, and ping6 has no timeout option.
    return isIP(address) === 6
      ? ['ping6', '-n', '-c', `${count}`, ...pause, address]
      : ['ping', '-n', '-c', `${count}`, ...pause, '-t', seconds, address];
  }
  return ['ping', '-n', '-c', `${count}`, ...pause, '-W', seconds, address];
}

/**
 * Parses the output of `ping` on Linux (iputils, busybox), macOS or Windows (in any language).
 * Returns `undefined` when it has no summary.
 */
export function parsePing(output: string): PingResult | undefined {
  const unix = /^(\d+) packets transmitted, (\d+) (?:packets )?received,/m.exec(output);
  const trips = parseRoundTrips(output);
  if (unix) return toResult(Number(unix[1]), Number(unix[2]), trips);
  // Windows counts "Destination host unreachable" as received, so count the replies with a time.
  const windows = /^\s+[^\n=]*= (\d+)\D+= \d+\D+= \d+/m.exec(output);
  return windows ? toResult(Number(windows[1]), trips.length, trips) : undefined;
}

/**
 * Parses the output of a `ping` that was stopped before its summary. Counts the pings that it can have
 * sent, without the last one, which had no time for an answer.
 *
 * @param ms how long it ran, milliseconds
 */
export function parsePartialPing(
  output: string,
  { count, ms }: { readonly count: number; readonly ms: number },
  platform: NodeJS.Platform = process.platform,
): PingResult {
  const trips = parseRoundTrips(output);
  const pauseMs = platform === 'win32' ? WINDOWS_PAUSE_MS : PAUSE_S * 1_000;
  const sent = Math.max(1, trips.length, Math.min(count, Math.floor(ms / pauseMs)));
  return toResult(sent, trips.length, trips);
}

function toResult(sent: number, received: number, trips: readonly number[]): PingResult {
  const lossPercent = sent === 0 ? 100 : (100 * Math.max(0, sent - received)) / sent;
  const median = trips.toSorted((a, b) => a - b)[Math.floor(trips.length / 2)];
  return { sent, received, lossPercent, ...(median !== undefined && { roundTripMs: median }) };
}

/**
 * `time=0.042 ms`, `Zeit<1ms TTL=…`: one line per reply. Windows translates the unit too, and its code page
 * is unknown, so that only digits and signs are certain. The lines of its summary are indented.
 */
function parseRoundTrips(output: string): readonly number[] {
  const unix = /: [^\n]*?[=<](\d+(?:\.\d+)?) ?ms/;
  const windows = /^\S.*[=<] ?(\d+) ?[^\d=]{1,20}?(?: TTL=\d+)?$/;
  const lines = output.split('\n').map((line) => line.trimEnd());
  return lines.flatMap((line) => {
    const ms = (/^\s/.test(line) ? null : (unix.exec(line) ?? windows.exec(line)))?.[1];
    return ms === undefined ? [] : [Number(ms)];
  });
}
