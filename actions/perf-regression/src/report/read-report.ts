import { lstat, readFile } from 'node:fs/promises';
import { ActionError } from '@repo/core/errors/action-error';
import { plain } from '@repo/core/text/untrusted';
import * as v from 'valibot';
import type { MetricResult } from '../compare/metric-result.ts';
import type { ReportInput } from '../report/report.ts';
import { type Counts, STATES } from '../verdict.ts';

/** 2,000 rows with their trends are about 4 MB. */
const MAX_BYTES = 8 * 2 ** 20;

/** The values of a JSON report. Untrusted: a fork may have written it. */
export interface SavedReport
  extends Pick<ReportInput, 'series' | 'shift' | 'format' | 'against' | 'warnings' | 'accepted'> {
  readonly rows: readonly MetricResult[];
  readonly counts: Counts;
}

const name = v.pipe(v.string(), v.maxLength(700));
const clause = v.pipe(v.string(), v.maxLength(1_500));
const number = v.pipe(v.number(), v.finite());
const positive = v.pipe(number, v.gtValue(0));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const share = v.pipe(number, v.minValue(0), v.maxValue(1));

const row: v.GenericSchema<unknown, MetricResult> = v.strictObject({
  benchmark: name,
  metric: name,
  unit: v.pipe(v.string(), v.maxLength(60)),
  better: v.picklist(['lower', 'higher', 'none', 'unknown']),
  state: v.picklist(STATES),
  method: v.picklist(['two-sample', 'history', 'exact', 'budget', 'none']),
  reason: clause,
  before: v.exactOptional(number),
  after: v.exactOptional(number),
  ratio: v.exactOptional(number),
  adjusted: v.exactOptional(number),
  low: v.exactOptional(number),
  high: v.exactOptional(number),
  p: v.exactOptional(share),
  q: v.exactOptional(share),
  samples: v.exactOptional(v.tuple([count, count])),
  samplesNeeded: v.exactOptional(count),
  since: v.exactOptional(v.strictObject({ sha: name, time: name, index: count, ratio: positive })),
  trend: v.exactOptional(v.pipe(v.array(number), v.maxLength(200))),
});

const report = v.object({
  schema: v.literal('perf-regression/v1'),
  result: v.object({
    series: v.strictObject({ suite: name, environment: name }),
    format: name,
    against: clause,
    accepted: v.boolean(),
    counts: v.strictObject(v.entriesFromList(STATES, count)),
    shift: v.strictObject({
      ratio: positive,
      applied: v.boolean(),
      reference: v.boolean(),
      benchmarks: count,
    }),
    warnings: v.pipe(v.array(clause), v.maxLength(100)),
    rows: v.pipe(v.array(row), v.maxLength(2_000)),
  }),
});

/**
 * Reads the report of a run whose token could not write. A fork may have changed it: the schema and
 * the sizes are checked, and only values are used, which are rendered again.
 *
 * @throws {ActionError} if it is not a regular file, too large, or not a report of this action
 */
export async function readReport(path: string): Promise<SavedReport> {
  const refuse = (problem: string) =>
    new ActionError(`${plain(path)}: ${problem}`, {
      remedy: 'Use the files of the output report-file of the first workflow.',
    });
  const info = await lstat(path);
  // A symbolic link in an artifact could point to any file of this machine.
  if (!info.isFile()) throw refuse('is not a regular file');
  if (info.size > MAX_BYTES) throw refuse('is larger than 8 MiB');
  let data: unknown;
  try {
    data = JSON.parse(await readFile(path, 'utf8'));
  } catch {
    throw refuse('is not valid JSON');
  }
  const read = v.safeParse(report, data, { abortEarly: true });
  if (read.success) return read.output.result;
  const where = plain(read.issues[0].path?.map(({ key }) => String(key)).join('.') ?? '', 100);
  throw refuse(`is not a report of perf-regression${where === '' ? '' : ` (${where})`}`);
}
