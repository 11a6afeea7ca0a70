import { resolve } from 'node:path';
import { InputError } from '@repo/core/errors/input-error';
import { type ImportedRun, importDataJs } from '../formats/import-data-js.ts';
import { readText } from '../formats/source.ts';
import type { Measurement, ReadResult } from '../measurement.ts';
import { type RunRecord, type SeriesName, toBenchRecord } from './record.ts';

/**
 * Reads the history of github-action-benchmark (`data.js`) as runs of a series: those of the suite
 * with that name, or of the only suite.
 *
 * @param results current results; a benchmark that they name `pkg.X` and the file `X` gets the
 *   current name
 */
export async function importRecords(
  path: string,
  series: SeriesName,
  results: ReadResult | undefined,
  workspace: string,
): Promise<readonly RunRecord[]> {
  const file = resolve(workspace, path);
  const runs = selectSuite(importDataJs(readText(file), path), series.suite);
  const getName = matchCurrentNames(runs, results?.measurements ?? []);
  return runs.map(({ sha, time, tool, result }) => ({
    v: 1,
    ...series,
    sha,
    ref: '',
    time: new Date(time).toISOString(),
    // Sorts before every workflow run, and a repeated import writes the same files.
    run: { id: '0', attempt: String(Math.trunc(time)), job: 'import' },
    env: { tool },
    status: 'accepted',
    benches: result.measurements.map((one) => toBenchRecord({ ...one, benchmark: getName(one) })),
  }));
}

function selectSuite(runs: readonly ImportedRun[], suite: string): readonly ImportedRun[] {
  const names = [...new Set(runs.map((run) => run.suite))];
  const name = names.length === 1 ? names[0] : names.find((one) => one === suite);
  if (name !== undefined) return runs.filter((run) => run.suite === name);
  throw new InputError([
    names.length === 0
      ? {
          where: 'import',
          given: '',
          problem: 'contains no runs',
          remedy: 'Set the path of the data.js of github-action-benchmark.',
        }
      : {
          where: 'suite',
          given: suite,
          problem: 'is not a suite of the imported file',
          remedy: `Use one of ${names.slice(0, 10).join(', ')}.`,
        },
  ]);
}

/** Matches an imported name with the only current name that ends with it. */
function matchCurrentNames(runs: readonly ImportedRun[], current: readonly Measurement[]) {
  const imported = new Set(
    runs.flatMap(({ result }) => result.measurements.map(({ benchmark }) => benchmark)),
  );
  const names = [...new Set(current.map(({ benchmark }) => benchmark))];
  const renamed = new Map<string, string>();
  for (const name of imported) {
    if (names.includes(name)) continue;
    const matches = names.filter(
      (one) => one.endsWith(name) && /\W$/.test(one.slice(0, -name.length)),
    );
    if (matches.length === 1) renamed.set(name, matches[0] as string);
  }
  return ({ benchmark }: Measurement) => renamed.get(benchmark) ?? benchmark;
}
