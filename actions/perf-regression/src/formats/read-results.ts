import { stat } from 'node:fs/promises';
import type { ReadResult } from '../measurement.ts';
import { Collector } from './collector.ts';
import {
  criterionFolders,
  filesIn,
  isCriterionFile,
  readCriterionFolder,
} from './criterion-folder.ts';
import { FormatError } from './format-error.ts';
import { detectFormat, FORMATS } from './registry.ts';
import { readSource } from './source.ts';

/**
 * Reads result files, finds out their format, and merges what is repeated: the same benchmark in
 * several files, or several times in one, becomes one measurement with samples.
 *
 * @param paths files, already expanded from globs; a folder is taken as Criterion's
 * @param format a name of the registry, or `auto`
 * @throws {FormatError} unreadable, empty, malformed, of unknown format, without any benchmark
 */
export async function readResults(paths: readonly string[], format: string): Promise<ReadResult> {
  const into = new Collector();
  const formats = new Set<string>();
  const files = (await Promise.all(paths.map(expand))).flat();
  const criterion = format === 'auto' || format === 'criterion';
  const ofCriterion = await Promise.all(files.map((file) => criterion && isCriterionFile(file)));

  for (const folder of criterionFolders(files.filter((_, index) => ofCriterion[index]))) {
    await readCriterionFolder(folder, into);
    formats.add('criterion');
  }
  for (const file of files.filter((_, index) => !ofCriterion[index])) {
    const source = readSource(file);
    const name = format === 'auto' ? detectFormat(source) : format;
    const known = name === undefined ? undefined : FORMATS.get(name);
    if (name === undefined || known === undefined) {
      const remedy = `Name the format; known are ${[...FORMATS.keys()].join(', ')}.`;
      throw new FormatError({ file }, 'the file is of no known format', remedy);
    }
    into.begin(file);
    known.read(source, into);
    formats.add(name);
  }
  if (into.empty) {
    const read = formats.size === 0 ? '' : ` (read as ${[...formats].join(', ')})`;
    throw new FormatError(
      { file: paths[0] ?? 'results' },
      `holds no benchmark${read}`,
      NO_BENCHMARK,
    );
  }
  return { format: [...formats].join(' + '), ...into.result() };
}

const NO_BENCHMARK = 'Look whether the benchmarks ran, and whether a filter left none of them.';

/** A file as it is; of a folder, the files of Criterion in it. */
async function expand(path: string): Promise<readonly string[]> {
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
  if (!isFolder) return [path];
  const files = await filesIn(path);
  if (files.length > 0) return files;
  const remedy = 'Give files, or the folder target/criterion after `cargo bench`.';
  throw new FormatError({ file: path }, "is a folder without results of Criterion's", remedy);
}
