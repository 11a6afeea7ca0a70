import { isIP } from 'node:net';

/** What `ping` found out. */
export interface Pings {
  readonly sent: number;
  readonly received: number;
  /** 0 to 100. */
  readonly lossPercent: number;
  /** The middle of the round trips that came back, ms. */
  readonly roundTripMs?: number;
}

/** Pause between two pings, s: the shortest that Linux allows to everybody. */
const PAUSE_S = 0.2;

/** How the `ping` of this system is called, for an address as it is. */
export function pingCommand(
  address: string,
  { count, timeoutMs }: { readonly count: number; readonly timeoutMs: number },
  platform: NodeJS.Platform = process.platform,
): readonly [string, ...string[]] {
  const pause = count > 1 ? ['-i', `${PAUSE_S}`] : [];
  const left = timeoutMs / 1_000 - PAUSE_S * count;
  const seconds = `${Math.max(1, Math.floor(left))}`;
  if (platform === 'win32') {
    return ['ping', '-n', `${count}`, '-w', `${Math.ceil(timeoutMs)}`, address];
  }
  if (platform === 'darwin') {
    // Its ping is for IPv4 alone, and its ping6 knows no time limit.
    return isIP(address) === 6
      ? ['ping6', '-n', '-c', `${count}`, ...pause, address]
      : ['ping', '-n', '-c', `${count}`, ...pause, '-t', seconds, address];
  }
  return ['ping', '-n', '-c', `${count}`, ...pause, '-W', seconds, address];
}

/**
 * Reads what `ping` of Linux (iputils, busybox), macOS or Windows printed; of Windows in any
 * language. `undefined` when there is no summary in it.
 */
export function readPing(output: string): Pings | undefined {
  const unix = /^(\d+) packets transmitted, (\d+) (?:packets )?received,/m.exec(output);
  const trips = tripsOf(output);
  if (unix) return pings(Number(unix[1]), Number(unix[2]), trips);
  // Windows counts "Destination host unreachable" as received: only what took time came back.
  const windows = /= (\d+),[^\n]*= (\d+),[^\n]*= (\d+)\s*\(\d+%/.exec(output);
  return windows ? pings(Number(windows[1]), trips.length, trips) : undefined;
}

/** The same of a `ping` that was ended before it had summed up. */
export function readPartOfPing(output: string, sent: number): Pings {
  const trips = tripsOf(output);
  return pings(sent, trips.length, trips);
}

function pings(sent: number, received: number, trips: readonly number[]): Pings {
  const lossPercent = sent === 0 ? 100 : (100 * Math.max(0, sent - received)) / sent;
  const middle = trips.toSorted((a, b) => a - b)[Math.floor(trips.length / 2)];
  return { sent, received, lossPercent, ...(middle !== undefined && { roundTripMs: middle }) };
}

/** `time=0.042 ms`, `Zeit<1ms TTL=…`: the line of each that came back. */
function tripsOf(output: string): readonly number[] {
  const lines = output.matchAll(/: [^\n]*?[=<](\d+(?:\.\d+)?) ?ms/g);
  return [...lines].map(([, ms]) => Number(ms));
}
