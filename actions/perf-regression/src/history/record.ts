import { createHash } from 'node:crypto';
import type { Better, Measurement } from '../measurement.ts';
import { medianInterval } from '../statistics/median-interval.ts';

/** What is remembered of one metric of one benchmark. */
export interface BenchRecord {
  readonly id: string;
  readonly metric: string;
  readonly unit: string;
  readonly better: Better;
  readonly kind: Measurement['kind'];
  /** Samples that the centre comes from. */
  readonly n: number;
  readonly centre: number;
  readonly lo?: number;
  readonly hi?: number;
  /** It was worse in this run: its value is no baseline. */
  readonly regressed?: true;
}

/** One run, remembered: an immutable file. */
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
  /** `accepted-by-label` begins a new level: what was before it is no baseline any more. */
  readonly status: 'accepted' | 'regressed' | 'accepted-by-label';
  readonly benches: readonly BenchRecord[];
}

/** A measurement as it is remembered, with the interval of its median where it has samples. */
export function benchOf(measurement: Measurement): BenchRecord {
  const { benchmark, metric, unit, better, kind, centre, samples = [centre] } = measurement;
  const { low, high } = medianInterval(samples, 0.95);
  return {
    ...{ id: benchmark, metric, unit, better, kind, n: samples.length, centre },
    ...(Number.isFinite(low) && Number.isFinite(high) && low < high && { lo: low, hi: high }),
  };
}

/** What runs have in common that may be compared with each other. */
export type SeriesName = Pick<RunRecord, 'suite' | 'environment'>;

/** The folder of a series, seen from the root of the history. */
export function folderOf({ suite, environment }: SeriesName): string {
  return `v1/${fileName(suite)}/${fileName(environment)}`;
}

/**
 * The file of a run: nobody else writes it, so that nothing can conflict. The jobs of a matrix have
 * one name; what they measured tells them apart.
 */
export function fileOf(record: RunRecord): string {
  const { id, attempt, job } = record.run;
  const digest = createHash('sha256').update(JSON.stringify(record.benches)).digest('hex');
  const name = [record.sha.slice(0, 40) || 'unknown', id || '0', attempt || '1', job || 'job'];
  return `${folderOf(record)}/${[...name.map(fileName), digest.slice(0, 8)].join('-')}.json`;
}

/** A record as its file has it; one line, so that thousands are small. */
export function encodeRecord(record: RunRecord): string {
  return `${JSON.stringify(record)}\n`;
}

/**
 * A record of a series from its file; `undefined` for what is none: others may write to a branch or
 * a cache, too.
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

/** Oldest first; runs of the same time by their number. */
export function inOrder(records: readonly RunRecord[]): readonly RunRecord[] {
  return records.toSorted(
    (a, b) => Date.parse(a.time) - Date.parse(b.time) || Number(a.run.id) - Number(b.run.id),
  );
}

/** No name that we write is longer. */
const LONGEST_TEXT = 1_000;
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
  return typeof data === 'string' && data.length <= LONGEST_TEXT;
}

/** A name as a part of a path that every file system takes; different names stay different. */
function fileName(name: string): string {
  const safe = name.replace(/[^A-Za-z0-9._]/g, (character) =>
    character === '-' ? '-' : `~${character.codePointAt(0)?.toString(16)}`,
  );
  return /^\.+$/.test(safe) || safe === '' ? `~${safe}` : safe.slice(0, 120);
}
