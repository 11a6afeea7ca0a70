import { access, glob } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Collector } from './collector.ts';
import { perIteration } from './criterion.ts';
import type { JsonNode } from './json/json-node.ts';
import { parseJson } from './json/parse-json.ts';
import { readText } from './source.ts';

/** The files that Criterion writes for each benchmark and baseline. */
const FILES = new Set(['benchmark.json', 'sample.json', 'estimates.json', 'tukey.json']);

/** Whether Criterion wrote the file, by its name and the other files in its folder. */
export async function isCriterionFile(path: string): Promise<boolean> {
  if (!FILES.has(basename(path))) return false;
  const folder = dirname(path);
  // The folder `change` contains only estimates.
  const siblings = await Promise.all(
    ['benchmark.json', 'estimates.json', 'tukey.json'].map((name) => exists(join(folder, name))),
  );
  return siblings.filter(Boolean).length > 1 || basename(folder) === 'change';
}

/** The files of Criterion in a folder. */
export async function listCriterionFiles(folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const file of glob('**/sample.json', { cwd: folder })) files.push(join(folder, file));
  return files.sort();
}

/**
 * The folders to read, each once. `change` contains comparisons, and `base` is the `new` of the run
 * before, which is read only if `new` is not.
 */
export function selectCriterionFolders(paths: readonly string[]): string[] {
  const folders = new Set(paths.map((path) => dirname(path)));
  return [...folders].filter((folder) => {
    const name = basename(folder);
    if (name === 'change') return false;
    return name !== 'base' || !folders.has(join(dirname(folder), 'new'));
  });
}

/** Reads `target/criterion/<benchmark>/<new or the name of a baseline>`. */
export async function readCriterionFolder(folder: string, into: Collector): Promise<void> {
  const path = join(folder, 'sample.json');
  into.begin(path);
  const id = (await readJson(join(folder, 'benchmark.json')))?.get('full_id').text;
  const sample = await readJson(path);
  const median = (await readJson(join(folder, 'estimates.json')))?.get('median');
  const interval = median?.get('confidence_interval');
  into.add({
    // In the name of the folder, `_` replaces characters that are not valid in a path.
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

async function readJson(path: string): Promise<JsonNode | undefined> {
  if (!(await exists(path))) return undefined;
  return parseJson(readText(path), path);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
