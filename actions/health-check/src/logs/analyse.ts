import { STATUS_CODES } from 'node:http';
import { METHODS } from '@repo/checks/kinds/http-syntax';
import { type Percentiles, percentiles } from '../percentiles.ts';
import { CATEGORIES, type Category, classify } from './category.ts';
import { type LogEntry, splitEntries } from './entries.ts';
import { isError, LEVELS, type Level } from './level.ts';
import type { LoggedRequest, LogRecord } from './record.ts';
import { parseTime } from './time.ts';

/** The counts of a log. Counts with well-known names are present even if they are 0. */
export interface Analysis {
  /** All lines, including empty ones. */
  readonly lines: number;
  /** Records by level. */
  readonly levels: Readonly<Record<Level, number>>;
  /** Records of ERROR and CRITICAL, and crashes without a level. */
  readonly errors: number;
  readonly warnings: number;
  /** Errors by category. */
  readonly categories: Readonly<Record<Category, number>>;
  /** Lines in unknown formats. */
  readonly unmatched: number;
  readonly requests: Requests;
  /** The latest errors, newest first; untrusted text. */
  readonly latestErrors: readonly LogEntry[];
  /** No line has a timestamp, so `since` cannot select lines. */
  readonly isUndated: boolean;
}

interface Requests {
  readonly total: number;
  readonly byMethod: Readonly<Record<string, number>>;
  readonly byStatus: Readonly<Record<string, number>>;
  readonly byStatusClass: Readonly<Record<string, number>>;
  /** The ten most requested paths. */
  readonly topPaths: readonly { readonly path: string; readonly count: number }[];
  /** Number of different clients. */
  readonly clients: number;
  /** In ms; `undefined` if the log has no latencies. */
  readonly latency: Percentiles | undefined;
}

const MAX_PATHS = 10;
const MAX_ERRORS = 10;
/** Entries between two yields to the event loop: a large log must not block other checks. */
const YIELD_INTERVAL = 500;

interface Period {
  /** In epoch ms. An entry without a timestamp has the time of the previous entry. */
  readonly since?: number | undefined;
  readonly now: number;
}

/**
 * Counts the entries of a log. Each stream is split separately, so that requests on stdout do not
 * interrupt a traceback on stderr.
 */
export async function analyse(
  streams: readonly Iterable<string>[],
  { since, now }: Period,
  signal?: AbortSignal,
): Promise<Analysis> {
  const counter = createCounter();
  let read = 0;
  let isUndated = true;
  for (const stream of streams) {
    let isRecent = since === undefined;
    for (const entry of splitEntries(stream)) {
      if (++read % YIELD_INTERVAL === 0) {
        await new Promise((resolve) => setImmediate(resolve));
        signal?.throwIfAborted();
      }
      if (since !== undefined) {
        const at = entry.record?.at === undefined ? undefined : parseTime(entry.record.at, now);
        if (at !== undefined) isRecent = at >= since;
        isUndated &&= at === undefined;
      }
      if (isRecent) counter.add(entry);
    }
  }
  return { ...counter.result(), isUndated };
}

function createCounter() {
  let [lines, errors, warnings, unmatched] = [0, 0, 0, 0];
  const levels = zeros(LEVELS);
  const categories = zeros(CATEGORIES);
  const requests = createRequestCounter();
  const latest: LogEntry[] = [];

  const addError = (entry: LogEntry, record: LogRecord) => {
    errors++;
    categories[classify(record)]++;
    latest.push(entry);
    if (latest.length > MAX_ERRORS) latest.shift();
  };
  return {
    add: (entry: LogEntry) => {
      const { record } = entry;
      lines += entry.lines.length;
      if (record === undefined) {
        unmatched += entry.lines.filter((line) => line !== '').length;
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

function createRequestCounter() {
  let total = 0;
  const byMethod: Record<string, number> = zeros(METHODS);
  const byStatus: Record<string, number> = zeros(Object.keys(STATUS_CODES));
  const byStatusClass: Record<string, number> = zeros(['1xx', '2xx', '3xx', '4xx', '5xx']);
  const paths = new Map<string, number>();
  const clients = new Set<string>();
  const latencies: number[] = [];
  const increment = (counts: Record<string, number>, key: string) => {
    counts[key] = (counts[key] ?? 0) + 1;
  };
  return {
    add: ({ client, method, path, status, latencyMs }: LoggedRequest) => {
      total++;
      increment(byStatus, String(status));
      increment(byStatusClass, `${String(status).charAt(0)}xx`);
      if (method !== undefined) increment(byMethod, method);
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
        .slice(0, MAX_PATHS),
      clients: clients.size,
      latency: percentiles(latencies),
    }),
  };
}

function zeros<Key extends string>(keys: readonly Key[]): Record<Key, number> {
  return Object.fromEntries(keys.map((key) => [key, 0])) as Record<Key, number>;
}
