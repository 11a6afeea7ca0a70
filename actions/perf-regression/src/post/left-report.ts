import { lstat, readFile } from 'node:fs/promises';
import { ActionError } from '@repo/core/errors/action-error';
import { plain } from '@repo/core/text/untrusted';
import * as v from 'valibot';
import type { Judged } from '../compare/judged.ts';
import type { Findings } from '../report/report.ts';
import { STATES } from '../verdict.ts';

/** Largest report that is read, bytes: 2,000 rows with their trends have 4 MB. */
const LARGEST = 8 * 2 ** 20;

/** What a run found, as its JSON report has it. All of it is a stranger's word. */
export type LeftReport = Pick<
  Findings,
  'series' | 'rows' | 'counts' | 'shift' | 'format' | 'against' | 'notes' | 'accepted'
>;

const name = v.pipe(v.string(), v.maxLength(700));
const clause = v.pipe(v.string(), v.maxLength(1_500));
const number = v.pipe(v.number(), v.finite());
const positive = v.pipe(number, v.gtValue(0));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const share = v.pipe(number, v.minValue(0), v.maxValue(1));

const row: v.GenericSchema<unknown, Judged> = v.strictObject({
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
    notes: v.pipe(v.array(clause), v.maxLength(100)),
    rows: v.pipe(v.array(row), v.maxLength(2_000)),
  }),
});

/**
 * Reads a report that a run without a token to write has left. It may have been made by anybody:
 * what is not as our reports are is refused, and of the rest only values are taken, which are
 * rendered anew.
 *
 * @throws {ActionError} no plain file, too large, or no report of ours
 */
export async function readLeftReport(path: string): Promise<LeftReport> {
  const refuse = (problem: string) =>
    new ActionError(`${plain(path)}: ${problem}`, {
      remedy: 'Give the files that the output report-file of the first workflow named.',
    });
  const info = await lstat(path);
  // A link in an artifact could lead anywhere on this machine.
  if (!info.isFile()) throw refuse('is no plain file');
  if (info.size > LARGEST) throw refuse('is larger than 8 MiB');
  let data: unknown;
  try {
    data = JSON.parse(await readFile(path, 'utf8'));
  } catch {
    throw refuse('is not valid JSON');
  }
  const read = v.safeParse(report, data, { abortEarly: true });
  if (read.success) return read.output.result;
  const where = plain(read.issues[0].path?.map(({ key }) => String(key)).join('.') ?? '', 100);
  throw refuse(`is no report of perf-regression${where === '' ? '' : ` (${where})`}`);
}
