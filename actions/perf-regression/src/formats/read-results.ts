import type { ReadResult } from '../measurement.ts';
import { FormatError } from './format-error.ts';

/**
 * Reads result files, finds out their format, and merges what is repeated: the same benchmark in
 * several files (or several times in one) becomes samples. Zero benchmarks are an error.
 *
 * @param paths files, already expanded from globs; a folder is taken as criterion's
 * @param format a name of the registry, or `auto`
 * @throws {FormatError} unreadable, empty, malformed, of unknown format, without any benchmark
 */
export async function readResults(paths: readonly string[], format: string): Promise<ReadResult> {
  throw new FormatError({ file: paths[0] ?? '.' }, `${format} is not there yet`, 'Wait.');
}
