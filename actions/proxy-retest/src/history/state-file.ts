import { readFile } from 'node:fs/promises';
import type { History } from './history.ts';

/** What is known of endpoints, by their identities. */
export type Histories = Map<string, History>;

export interface ReadState {
  readonly histories: Histories;
  /** Lines that are none of ours; they are left out, and told. */
  readonly broken: number;
}

/**
 * The state file: NDJSON, a line an endpoint, sorted by identity, so that a diff shows what changed.
 * A file that does not exist is an empty one.
 */
export async function readState(path: string): Promise<ReadState> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  });
  return parseState(bytes);
}

export function parseState(bytes: Buffer): ReadState {
  const histories: Histories = new Map();
  let broken = 0;
  // A line at a time: the text of a million would not fit into one string.
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(0x0a, from);
    const line = bytes.toString('utf8', from, end < 0 ? bytes.length : end).trim();
    from = end < 0 ? bytes.length : end + 1;
    if (line === '') continue;
    const entry = parseLine(line);
    if (entry) histories.set(...entry);
    else broken++;
  }
  return { histories, broken };
}

function parseLine(line: string): [string, History] | undefined {
  try {
    const { id, ...fields }: Record<string, unknown> = JSON.parse(line);
    if (typeof id !== 'string' || !/^[0-9a-f]{64}$/.test(id)) return undefined;
    return isHistory(fields) ? [id, fields] : undefined;
  } catch {
    return undefined;
  }
}

const NUMBERS = ['s', 'n', 'at', 'since', 'fails', 'flips', 'watched'];

function isHistory(value: Record<string, unknown>): value is History & Record<string, unknown> {
  const { status, latency, aliveAt, why, failedOn } = value;
  return (
    NUMBERS.every((name) => Number.isFinite(value[name])) &&
    [latency, aliveAt].every((one) => one === undefined || Number.isFinite(one)) &&
    ['alive', 'dead', 'unsure'].includes(String(status)) &&
    (why === undefined || isReason(why)) &&
    (failedOn === undefined || isTexts(failedOn))
  );
}

function isReason(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return 'phase' in value && 'kind' in value && isTexts([value.phase, value.kind]);
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

/** The lines of a state file, in order. */
export async function* stateLines(histories: Histories): AsyncIterable<Buffer> {
  for (const id of [...histories.keys()].sort()) {
    const { s, n, ...rest } = histories.get(id) as History;
    const line = { id, s: round(s), n: round(n), ...rest };
    yield Buffer.from(`${JSON.stringify(line)}\n`);
  }
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
