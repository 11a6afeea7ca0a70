import { STATUS_CODES } from 'node:http';
import { METHODS } from '@repo/checks/kinds/http-syntax';
import { type Percentiles, percentiles } from '../percentiles.ts';
import { CATEGORIES, type Category, categoryOf } from './category.ts';
import { type Entry, entriesOf } from './entries.ts';
import { isError, LEVELS, type Level } from './level.ts';
import type { LoggedRequest, LogRecord } from './record.ts';
import { timeOf } from './time.ts';

/** What is in a log. Counts that an expectation may name are there with 0 as well. */
export interface Analysis {
  /** All lines that were looked at, empty ones too. */
  readonly lines: number;
  /** Records that have a level, by it. */
  readonly levels: Readonly<Record<Level, number>>;
  /** Records of ERROR and CRITICAL, and crashes, which have no level. */
  readonly errors: number;
  readonly warnings: number;
  /** The errors, each in one category. */
  readonly categories: Readonly<Record<Category, number>>;
  /** Lines that are in no format that is known. */
  readonly unmatched: number;
  readonly requests: Requests;
  /** The latest errors, newest first; text of strangers. */
  readonly latestErrors: readonly Entry[];
  /** No line says when it was written, so that nothing can be said about a part of time. */
  readonly isUndated: boolean;
}

interface Requests {
  readonly total: number;
  readonly byMethod: Readonly<Record<string, number>>;
  readonly byStatus: Readonly<Record<string, number>>;
  readonly byStatusClass: Readonly<Record<string, number>>;
  /** The most asked for, at most ten. */
  readonly topPaths: readonly { readonly path: string; readonly count: number }[];
  /** How many different ones. */
  readonly clients: number;
  /** Where it is logged, ms. */
  readonly latency: Percentiles | undefined;
}

const MOST_PATHS = 10;
const MOST_ERRORS = 10;
/** Records after which others get a turn: megabytes of log must not stop every other check. */
const TURN = 500;

interface Period {
  /** Only what was written since, epoch ms; records without a time are as old as those before. */
  readonly since?: number | undefined;
  readonly now: number;
}

/**
 * Counts what is in the lines of a log. Streams are cut into records each for itself: a traceback
 * on stderr is not torn apart by requests on stdout.
 */
export async function analyse(
  streams: readonly Iterable<string>[],
  { since, now }: Period,
  signal?: AbortSignal,
): Promise<Analysis> {
  const count = counter();
  let read = 0;
  let isUndated = true;
  for (const stream of streams) {
    let isRecent = since === undefined;
    for (const entry of entriesOf(stream)) {
      if (++read % TURN === 0) {
        await new Promise((resolve) => setImmediate(resolve));
        signal?.throwIfAborted();
      }
      if (since !== undefined) {
        const at = entry.record?.at === undefined ? undefined : timeOf(entry.record.at, now);
        if (at !== undefined) isRecent = at >= since;
        isUndated &&= at === undefined;
      }
      if (isRecent) count.add(entry);
    }
  }
  return { ...count.result(), isUndated };
}

function counter() {
  let [lines, errors, warnings, unmatched] = [0, 0, 0, 0];
  const levels = zeros(LEVELS);
  const categories = zeros(CATEGORIES);
  const requests = requestCounter();
  const latest: Entry[] = [];

  const addError = (entry: Entry, record: LogRecord) => {
    errors++;
    categories[categoryOf(record)]++;
    latest.push(entry);
    if (latest.length > MOST_ERRORS) latest.shift();
  };
  return {
    add: (entry: Entry) => {
      const { lines: own, record } = entry;
      lines += own.length;
      if (record === undefined) {
        unmatched += own.filter((line) => line !== '').length;
        return;
      }
      const { level, exception, request } = record;
      if (level) levels[level]++;
      if (level === 'WARNING') warnings++;
      if (isError(level) || (level === undefined && exception)) addError(entry, record);
      if (request) requests.add(request);
    },
    result: (): Omit<Analysis, 'isUndated'> => ({
      lines,
      levels,
      errors,
      warnings,
      categories,
      unmatched,
      requests: requests.result(),
      latestErrors: latest.toReversed(),
    }),
  };
}

function requestCounter() {
  let total = 0;
  const byMethod: Record<string, number> = zeros(METHODS);
  const byStatus: Record<string, number> = zeros(Object.keys(STATUS_CODES));
  const byStatusClass: Record<string, number> = zeros(['1xx', '2xx', '3xx', '4xx', '5xx']);
  const paths = new Map<string, number>();
  const clients = new Set<string>();
  const latencies: number[] = [];
  const bump = (counts: Record<string, number>, key: string) => {
    counts[key] = (counts[key] ?? 0) + 1;
  };
  return {
    add: ({ client, method, path, status, latencyMs }: LoggedRequest) => {
      total++;
      bump(byStatus, String(status));
      bump(byStatusClass, `${String(status).charAt(0)}xx`);
      if (method !== undefined) bump(byMethod, method);
      if (path !== undefined) paths.set(path, (paths.get(path) ?? 0) + 1);
      if (client !== undefined) clients.add(client);
      if (latencyMs !== undefined) latencies.push(latencyMs);
    },
    result: (): Requests => ({
      total,
      byMethod,
      byStatus,
      byStatusClass,
      topPaths: [...paths]
        .map(([path, count]) => ({ path, count }))
        .sort((a, b) => b.count - a.count || (a.path < b.path ? -1 : 1))
        .slice(0, MOST_PATHS),
      clients: clients.size,
      latency: percentiles(latencies),
    }),
  };
}

function zeros<Key extends string>(keys: readonly Key[]): Record<Key, number> {
  return Object.fromEntries(keys.map((key) => [key, 0])) as Record<Key, number>;
}
