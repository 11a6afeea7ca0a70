import { stat } from 'node:fs/promises';
import type { ReadResult } from '../measurement.ts';
import { Collector } from './collector.ts';
import {
  isCriterionFile,
  listCriterionFiles,
  readCriterionFolder,
  selectCriterionFolders,
} from './criterion-folder.ts';
import { FormatError } from './format-error.ts';
import { detectFormat, FORMATS } from './registry.ts';
import { readSource } from './source.ts';

/**
 * Reads result files and detects their format. A benchmark that is repeated, in several files or in
 * one, becomes one measurement with samples.
 *
 * @param paths files, or folders of Criterion
 * @param format a name of the registry, or `auto`
 * @throws {FormatError} for unreadable, empty or malformed files, an unknown format, or no benchmark
 */
export async function readResults(paths: readonly string[], format: string): Promise<ReadResult> {
  const into = new Collector();
  const formats = new Set<string>();
  const files = (await Promise.all(paths.map(expand))).flat();
  const criterion = format === 'auto' || format === 'criterion';
  const isCriterion = await Promise.all(files.map((file) => criterion && isCriterionFile(file)));

  for (const folder of selectCriterionFolders(files.filter((_, index) => isCriterion[index]))) {
    await readCriterionFolder(folder, into);
    formats.add('criterion');
  }
  for (const file of files.filter((_, index) => !isCriterion[index])) {
    const source = readSource(file);
    const name = format === 'auto' ? detectFormat(source) : format;
    const reader = name === undefined ? undefined : FORMATS.get(name);
    if (name === undefined || reader === undefined) {
      const remedy = `Set format to one of ${[...FORMATS.keys()].join(', ')}.`;
      throw new FormatError({ file }, 'the format of the file is unknown', remedy);
    }
    into.begin(file);
    reader.read(source, into);
    formats.add(name);
  }
  if (into.isEmpty) {
    const read = formats.size === 0 ? '' : ` (read as ${[...formats].join(', ')})`;
    throw new FormatError(
      { file: paths[0] ?? 'results' },
      `contains no benchmark${read}`,
      NO_BENCHMARK,
    );
  }
  return { format: [...formats].join(' + '), ...into.result() };
}

const NO_BENCHMARK =
  'Check that the benchmarks ran, and that a filter did not exclude all of them.';

/** Replaces a folder by the files of Criterion in it. */
async function expand(path: string): Promise<readonly string[]> {
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
  if (!isFolder) return [path];
  const files = await listCriterionFiles(path);
  if (files.length > 0) return files;
  const remedy = 'Use files, or the folder target/criterion after `cargo bench`.';
  throw new FormatError({ file: path }, 'is a folder without results of Criterion', remedy);
}
