import { glob } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { InputError } from '@repo/core/errors/input-error';
import { readResults } from './formats/read-results.ts';
import type { ReadResult } from './measurement.ts';
import type { ResultGlob } from './result-glob.ts';

/** Files are read from no more than this. */
const MOST_FILES = 10_000;

/**
 * Reads the files that globs name, those of a label together. `undefined` where no glob matches
 * anything.
 */
export async function readGlobs(
  globs: readonly ResultGlob[],
  format: string,
  workspace: string,
): Promise<ReadResult | undefined> {
  const byLabel = new Map<string, readonly ResultGlob[]>();
  for (const one of globs) byLabel.set(one.label, [...(byLabel.get(one.label) ?? []), one]);
  const results: ReadResult[] = [];
  for (const [label, ofLabel] of byLabel) {
    const paths = await pathsOf(ofLabel, workspace);
    if (paths.length === 0) continue;
    results.push(labelled(await readResults(paths, format), label));
  }
  if (results.length > 0) results.push({ ...NOTHING, warnings: await unmatched(globs, workspace) });
  const [first, ...others] = results;
  return first && others.reduce(together, first);
}

/** A glob without a file beside others with: half of the results may be missing. */
async function unmatched(
  globs: readonly ResultGlob[],
  workspace: string,
): Promise<readonly string[]> {
  const warnings: string[] = [];
  for (const one of globs) {
    const paths = await pathsOf([one], workspace);
    if (paths.length === 0) warnings.push(`${one.glob} matches no file`);
  }
  return warnings;
}

const NOTHING: ReadResult = {
  ...{ format: '', measurements: [], failures: [], environment: {}, warnings: [] },
};

/** The files that globs name, each once, in the order of their names. */
export async function pathsOf(
  globs: readonly ResultGlob[],
  workspace: string,
): Promise<readonly string[]> {
  const paths = new Set<string>();
  for (const { glob: pattern } of globs) {
    for await (const path of glob(pattern, { cwd: workspace })) {
      // The runner starts us in the workspace: names are those that the repository has.
      paths.add(relative('', resolve(workspace, path)) || '.');
      if (paths.size > MOST_FILES) throw tooMany(pattern);
    }
  }
  return [...paths].toSorted();
}

function labelled(result: ReadResult, label: string): ReadResult {
  if (label === '') return result;
  const named = <T extends { readonly benchmark: string }>(one: T): T => ({
    ...one,
    benchmark: `${label}/${one.benchmark}`,
  });
  return {
    ...result,
    measurements: result.measurements.map(named),
    failures: result.failures.map(named),
  };
}

function together(one: ReadResult, other: ReadResult): ReadResult {
  return {
    format: [...new Set([one.format, other.format])].filter((name) => name !== '').join(' + '),
    measurements: [...one.measurements, ...other.measurements],
    failures: [...one.failures, ...other.failures],
    environment: { ...one.environment, ...other.environment },
    warnings: [...one.warnings, ...other.warnings],
  };
}

function tooMany(pattern: string): InputError {
  return new InputError([
    {
      where: 'results',
      given: pattern,
      problem: `matches more than ${MOST_FILES} files`,
      remedy: 'Name the files more narrowly.',
    },
  ]);
}
