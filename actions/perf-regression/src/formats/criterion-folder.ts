import { access, glob } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Collector } from './collector.ts';
import { perIteration } from './criterion.ts';
import type { JsonNode } from './json/json-node.ts';
import { parseJson } from './json/parse-json.ts';
import { readText } from './source.ts';

/** The files that Criterion writes beside each other, for each benchmark and baseline. */
const FILES = new Set(['benchmark.json', 'sample.json', 'estimates.json', 'tukey.json']);

/** Is it one of Criterion's files: by its name, and those that stand beside it? */
export async function isCriterionFile(path: string): Promise<boolean> {
  if (!FILES.has(basename(path))) return false;
  const folder = dirname(path);
  // `change` has estimates alone, of the change.
  const beside = await Promise.all(
    ['benchmark.json', 'estimates.json', 'tukey.json'].map((name) => exists(join(folder, name))),
  );
  return beside.filter(Boolean).length > 1 || basename(folder) === 'change';
}

/** Criterion's files within a folder. */
export async function filesIn(folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const file of glob('**/sample.json', { cwd: folder })) files.push(join(folder, file));
  return files.sort();
}

/**
 * The folders to read, each once. `change` holds comparisons, and `base` is what `new` was a run
 * before: it counts only where it was asked for alone.
 */
export function criterionFolders(paths: readonly string[]): string[] {
  const folders = new Set(paths.map((path) => dirname(path)));
  return [...folders].filter((folder) => {
    const name = basename(folder);
    if (name === 'change') return false;
    return name !== 'base' || !folders.has(join(dirname(folder), 'new'));
  });
}

/** Reads `target/criterion/<benchmark>/<new, or a baseline's name>`. */
export async function readCriterionFolder(folder: string, into: Collector): Promise<void> {
  const path = join(folder, 'sample.json');
  into.begin(path);
  const id = (await jsonOf(join(folder, 'benchmark.json')))?.get('full_id').text;
  const sample = await jsonOf(path);
  const median = (await jsonOf(join(folder, 'estimates.json')))?.get('median');
  const interval = median?.get('confidence_interval');
  into.add({
    // The folder's name has `_` for what a file system does not take.
    benchmark: id ?? basename(dirname(folder)),
    metric: 'time',
    unit: 'ns',
    ...(sample
      ? { samples: perIteration(sample.get('iters').value, sample.get('times').value) }
      : {}),
    value: median?.get('point_estimate').value,
    spread: { low: interval?.get('lower_bound').value, high: interval?.get('upper_bound').value },
    exact: false,
  });
}

async function jsonOf(path: string): Promise<JsonNode | undefined> {
  if (!(await exists(path))) return undefined;
  return parseJson(readText(path), path);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
