import { glob } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { InputError } from '@repo/core/errors/input-error';
import { readResults } from './formats/read-results.ts';
import type { ResultGlob } from './input-parsers.ts';
import type { Inputs } from './inputs.ts';
import type { ReadResult } from './measurement.ts';

const MAX_FILES = 10_000;

/** Reads the files of the input `results`; `undefined` if the input is empty. */
export async function readOwnResults(
  { results, format }: Inputs,
  workspace: string,
): Promise<ReadResult | undefined> {
  if (results.length === 0) return undefined;
  const read = await readResultFiles(results, format, workspace);
  if (read !== undefined) return read;
  throw new InputError([
    {
      where: 'results',
      given: results.map(({ glob }) => glob).join(' '),
      problem: 'matches no file',
      remedy: 'Check that the benchmark wrote it, and that the path is relative to the workspace.',
    },
  ]);
}

/** Reads the files that globs match; files of one label are merged. `undefined` without a match. */
export async function readResultFiles(
  globs: readonly ResultGlob[],
  format: string,
  workspace: string,
): Promise<ReadResult | undefined> {
  const results: ReadResult[] = [];
  for (const [label, labelGlobs] of Map.groupBy(globs, (one) => one.label)) {
    const paths = await listFiles(labelGlobs, workspace);
    if (paths.length === 0) continue;
    results.push(addLabel(await readResults(paths, format), label));
  }
  const [first, ...others] = results;
  if (first === undefined) return undefined;
  const merged = others.reduce(merge, first);
  const warnings = await findUnmatchedGlobs(globs, workspace);
  return { ...merged, warnings: [...merged.warnings, ...warnings] };
}

/** One of several globs without a match means that a part of the results may be missing. */
async function findUnmatchedGlobs(
  globs: readonly ResultGlob[],
  workspace: string,
): Promise<readonly string[]> {
  const warnings: string[] = [];
  for (const one of globs) {
    const paths = await listFiles([one], workspace);
    if (paths.length === 0) warnings.push(`${one.glob} matches no file`);
  }
  return warnings;
}

/** The files that globs match, each once, sorted by path. */
export async function listFiles(
  globs: readonly ResultGlob[],
  workspace: string,
): Promise<readonly string[]> {
  const paths = new Set<string>();
  for (const { glob: pattern } of globs) {
    for await (const path of glob(pattern, { cwd: workspace })) {
      // The runner starts the action in the workspace, so these paths are relative to it.
      paths.add(relative('', resolve(workspace, path)) || '.');
      if (paths.size > MAX_FILES) throw tooManyFiles(pattern);
    }
  }
  return [...paths].toSorted();
}

function addLabel(result: ReadResult, label: string): ReadResult {
  if (label === '') return result;
  const rename = <T extends { readonly benchmark: string }>(one: T): T => ({
    ...one,
    benchmark: `${label}/${one.benchmark}`,
  });
  return {
    ...result,
    measurements: result.measurements.map(rename),
    failures: result.failures.map(rename),
  };
}

function merge(one: ReadResult, other: ReadResult): ReadResult {
  return {
    format: [...new Set([one.format, other.format])].filter((name) => name !== '').join(' + '),
    measurements: [...one.measurements, ...other.measurements],
    failures: [...one.failures, ...other.failures],
    environment: { ...one.environment, ...other.environment },
    warnings: [...one.warnings, ...other.warnings],
  };
}

function tooManyFiles(pattern: string): InputError {
  return new InputError([
    {
      where: 'results',
      given: pattern,
      problem: `matches more than ${MAX_FILES} files`,
      remedy: 'Use a narrower glob.',
    },
  ]);
}
