import { createHash } from 'node:crypto';
import type { RunInfo } from '@repo/core/action/run-info';
import type { MetricResult } from '../compare/metric-result.ts';
import { metricKey } from '../compare/pairing.ts';
import type { Better, Measurement, ReadResult } from '../measurement.ts';
import { medianInterval } from '../statistics/median-interval.ts';

/** One metric of one benchmark in a record. */
export interface BenchRecord {
  readonly id: string;
  readonly metric: string;
  readonly unit: string;
  readonly better: Better;
  readonly kind: Measurement['kind'];
  /** Number of samples. */
  readonly n: number;
  readonly centre: number;
  readonly lo?: number;
  readonly hi?: number;
  /** It regressed in this run, so its value is not used as a baseline. */
  readonly regressed?: true;
}

/** One run in the history; stored as an immutable file. */
export interface RunRecord {
  readonly v: 1;
  readonly suite: string;
  readonly environment: string;
  readonly sha: string;
  readonly ref: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly run: { readonly id: string; readonly attempt: string; readonly job: string };
  readonly env: Readonly<Record<string, string>>;
  /** `accepted-by-label` starts a new level: it replaces the earlier baseline. */
  readonly status: 'accepted' | 'regressed' | 'accepted-by-label';
  readonly benches: readonly BenchRecord[];
}

/** Adds the confidence interval of the median if there are enough samples. */
export function toBenchRecord(measurement: Measurement): BenchRecord {
  const { benchmark, metric, unit, better, kind, centre, samples = [centre] } = measurement;
  const { low, high } = medianInterval(samples, 0.95);
  return {
    id: benchmark,
    metric,
    unit,
    better,
    kind,
    n: samples.length,
    centre,
    ...(Number.isFinite(low) && Number.isFinite(high) && low < high && { lo: low, hi: high }),
  };
}

export interface RecordInput {
  readonly series: SeriesName;
  readonly results: ReadResult;
  readonly rows: readonly MetricResult[];
  readonly run: RunInfo;
  /** The head of a pull request; its merge commit does not stay in the repository. */
  readonly sha: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Whether a label of the pull request accepts regressions. */
  readonly accepted: boolean;
}

/** Creates the record of a run. Regressed metrics are marked, so that they are not a baseline. */
export function createRecord(input: RecordInput): RunRecord {
  const { series, results, rows, run, sha, now, accepted } = input;
  const regressed = new Set(
    rows.filter(({ state, method }) => state === 'fail' && method !== 'budget').map(metricKey),
  );
  return {
    v: 1,
    ...series,
    sha,
    ref: run.ref,
    time: new Date(now).toISOString(),
    run: { id: run.runId, attempt: run.runAttempt, job: run.job },
    env: { ...results.environment, os: process.platform, arch: process.arch },
    status: regressed.size === 0 ? 'accepted' : accepted ? 'accepted-by-label' : 'regressed',
    benches: results.measurements.map(
      (measurement): BenchRecord => ({
        ...toBenchRecord(measurement),
        ...(regressed.has(metricKey(measurement)) && { regressed: true as const }),
      }),
    ),
  };
}

/** Runs of one suite on one environment are comparable with each other. */
export type SeriesName = Pick<RunRecord, 'suite' | 'environment'>;

/** The folder of a series, relative to the root of the history. */
export function seriesFolder({ suite, environment }: SeriesName): string {
  return `v1/${encodeSegment(suite)}/${encodeSegment(environment)}`;
}

/**
 * The file of a run, relative to the root of the history. Each run has its own file, so that runs
 * never conflict. Jobs of a matrix have the same name; the digest of their results is different.
 */
export function recordPath(record: RunRecord): string {
  const { id, attempt, job } = record.run;
  const digest = createHash('sha256').update(JSON.stringify(record.benches)).digest('hex');
  const name = [record.sha.slice(0, 40) || 'unknown', id || '0', attempt || '1', job || 'job'];
  return `${seriesFolder(record)}/${[...name.map(encodeSegment), digest.slice(0, 8)].join('-')}.json`;
}

/** One line per record, because a history has thousands. */
export function encodeRecord(record: RunRecord): string {
  return `${JSON.stringify(record)}\n`;
}

/**
 * Parses a record of a series; `undefined` for any other content, because a branch or a cache may
 * contain files of other tools.
 */
export function decodeRecord(text: string, series: SeriesName): RunRecord | undefined {
  try {
    const data: unknown = JSON.parse(text);
    if (!isRecord(data)) return undefined;
    const isOfSeries = data.suite === series.suite && data.environment === series.environment;
    return isOfSeries ? data : undefined;
  } catch {
    return undefined;
  }
}

/** Oldest first; runs with the same time by their id. */
export function sortByTime(records: readonly RunRecord[]): readonly RunRecord[] {
  return records.toSorted(
    (a, b) => Date.parse(a.time) - Date.parse(b.time) || Number(a.run.id) - Number(b.run.id),
  );
}

/** Longer than any name that is written. */
const MAX_TEXT_LENGTH = 1_000;
const BETTER: readonly unknown[] = ['lower', 'higher', 'none', 'unknown'];
const STATUSES: readonly unknown[] = ['accepted', 'regressed', 'accepted-by-label'];
const KINDS: readonly unknown[] = ['sampled', 'summary', 'exact'];

function isRecord(data: unknown): data is RunRecord {
  if (!isObject(data) || data.v !== 1 || !STATUSES.includes(data.status)) return false;
  const { suite, environment, sha, ref, time, run, env, benches } = data;
  return (
    [suite, environment, sha, ref, time].every(isText) &&
    !Number.isNaN(Date.parse(String(time))) &&
    isObject(run) &&
    [run.id, run.attempt, run.job].every(isText) &&
    isObject(env) &&
    Array.isArray(benches) &&
    benches.every(isBench)
  );
}

function isBench(data: unknown): boolean {
  return (
    isObject(data) &&
    [data.id, data.metric, data.unit].every(isText) &&
    BETTER.includes(data.better) &&
    KINDS.includes(data.kind) &&
    Number.isFinite(data.centre)
  );
}

function isObject(data: unknown): data is Readonly<Record<string, unknown>> {
  return typeof data === 'object' && data !== null && !Array.isArray(data);
}

function isText(data: unknown): boolean {
  return typeof data === 'string' && data.length <= MAX_TEXT_LENGTH;
}

/** Encodes a name as a path segment for any file system; different names stay different. */
function encodeSegment(name: string): string {
  const safe = name.replace(/[^A-Za-z0-9._]/g, (character) =>
    character === '-' ? '-' : `~${character.codePointAt(0)?.toString(16)}`,
  );
  return /^\.+$/.test(safe) || safe === '' ? `~${safe}` : safe.slice(0, 120);
}
