import { readFile } from 'node:fs/promises';
import type { History } from './history.ts';

/** The histories of endpoints, by their identities. */
export type Histories = Map<string, History>;

export interface StoredState {
  readonly histories: Histories;
  /** The number of lines that could not be parsed. */
  readonly invalidLines: number;
  /** A problem with the store, for the summary. */
  readonly note?: string;
}

/**
 * The state file is NDJSON with one line per endpoint, sorted by identity to keep diffs small. A file
 * that does not exist is empty.
 */
export async function readState(path: string): Promise<StoredState> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  });
  return parseState(bytes);
}

export function parseState(bytes: Buffer): StoredState {
  const histories: Histories = new Map();
  let invalidLines = 0;
  // One line at a time: a million lines exceed the maximum length of a string.
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(0x0a, from);
    const line = bytes.toString('utf8', from, end < 0 ? bytes.length : end).trim();
    from = end < 0 ? bytes.length : end + 1;
    if (line === '') continue;
    const entry = parseLine(line);
    if (entry) histories.set(...entry);
    else invalidLines++;
  }
  return { histories, invalidLines };
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

const NUMBERS = ['s', 'n', 'at', 'since', 'fails', 'flips', 'observedMs'];

function isHistory(value: Record<string, unknown>): value is History & Record<string, unknown> {
  const { status, latency, aliveAt, failure, failedOn } = value;
  return (
    NUMBERS.every((name) => Number.isFinite(value[name])) &&
    [latency, aliveAt].every((one) => one === undefined || Number.isFinite(one)) &&
    ['alive', 'dead', 'unconfirmed'].includes(String(status)) &&
    (failure === undefined || isFailure(failure)) &&
    (failedOn === undefined || isStrings(failedOn))
  );
}

function isFailure(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return 'phase' in value && 'kind' in value && isStrings([value.phase, value.kind]);
}

function isStrings(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

/** The lines of a state file, sorted. */
export async function* formatState(histories: Histories): AsyncIterable<Buffer> {
  for (const id of [...histories.keys()].sort()) {
    const { s, n, ...rest } = histories.get(id) as History;
    const line = { id, s: round(s), n: round(n), ...rest };
    yield Buffer.from(`${JSON.stringify(line)}\n`);
  }
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
