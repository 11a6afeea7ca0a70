import { resolve } from 'node:path';
import { InputError } from '@repo/core/errors/input-error';
import { type ImportedRun, importDataJs } from '../formats/import-data-js.ts';
import { readText } from '../formats/source.ts';
import type { Measurement, ReadResult } from '../measurement.ts';
import { benchOf, type RunRecord, type SeriesName } from './record.ts';

/**
 * The history of github-action-benchmark (its `data.js`) as runs of a series: those of the suite of
 * that name, or of its only one.
 *
 * @param results of today: a benchmark that they call `pkg.X` and the file `X` goes by today's name
 */
export async function importedRecords(
  path: string,
  series: SeriesName,
  results: ReadResult | undefined,
  workspace: string,
): Promise<readonly RunRecord[]> {
  const file = resolve(workspace, path);
  const runs = suiteOf(importDataJs(readText(file), path), series.suite);
  const nameOf = namesOfToday(runs, results?.measurements ?? []);
  return runs.map(({ sha, time, tool, result }) => ({
    v: 1,
    ...series,
    sha,
    ref: '',
    time: new Date(time).toISOString(),
    // Before any run of a workflow; the same file again is the same runs again.
    run: { id: '0', attempt: String(Math.trunc(time)), job: 'import' },
    env: { tool },
    status: 'accepted',
    benches: result.measurements.map((one) => benchOf({ ...one, benchmark: nameOf(one) })),
  }));
}

function suiteOf(runs: readonly ImportedRun[], wanted: string): readonly ImportedRun[] {
  const names = [...new Set(runs.map(({ suite }) => suite))];
  const [only] = names;
  const name = names.length === 1 ? only : names.find((one) => one === wanted);
  if (name !== undefined) return runs.filter(({ suite }) => suite === name);
  throw new InputError([
    {
      where: names.length === 0 ? 'import' : 'suite',
      given: names.length === 0 ? '' : wanted,
      problem: names.length === 0 ? 'holds no runs' : 'is none of the suites of the imported file',
      remedy:
        names.length === 0
          ? 'Give the data.js of github-action-benchmark.'
          : `Name one of them: ${names.slice(0, 10).join(', ')}.`,
    },
  ]);
}

/** Where exactly one benchmark of today ends with the imported name, they are the same. */
function namesOfToday(runs: readonly ImportedRun[], today: readonly Measurement[]) {
  const imported = new Set(
    runs.flatMap(({ result }) => result.measurements.map(({ benchmark }) => benchmark)),
  );
  const names = [...new Set(today.map(({ benchmark }) => benchmark))];
  const renamed = new Map<string, string>();
  for (const name of imported) {
    if (names.includes(name)) continue;
    const alike = names.filter(
      (one) => one.endsWith(name) && /\W$/.test(one.slice(0, -name.length)),
    );
    if (alike.length === 1) renamed.set(name, alike[0] as string);
  }
  return ({ benchmark }: Measurement) => renamed.get(benchmark) ?? benchmark;
}
