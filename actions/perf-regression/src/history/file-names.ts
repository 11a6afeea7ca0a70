import { fileOf, type RunRecord } from './record.ts';

/** Most runs of a series that are kept. */
const MOST_RUNS = 2_000;

/** `<sha>-<run>-<attempt>-<job>-<digest>.json`: what it tells of when the run was. */
const NAME = /^[^-]*-(\d+)-(\d+)-/;

/** Names of the files of a series, oldest run first, without reading them. */
export function oldestFirst(names: readonly string[]): readonly string[] {
  const order = (name: string) => NAME.exec(name)?.slice(1).map(Number) ?? [0, 0];
  return names
    .map((name) => ({ name, order: order(name) }))
    .sort((a, b) => compare(a.order, b.order) || (a.name < b.name ? -1 : 1))
    .map(({ name }) => name);
}

/**
 * The names that have to go when runs are added, oldest first. By name, not by what a file says of
 * itself: whoever may write to the history could have it take another's away.
 */
export function surplus(names: readonly string[], added: readonly RunRecord[]): readonly string[] {
  const fresh = new Set(added.map(nameOf));
  const others = oldestFirst(names.filter((name) => !fresh.has(name)));
  return others.slice(0, Math.max(0, others.length + added.length - MOST_RUNS));
}

/** The name of a run's file within the folder of its series. */
function nameOf(record: RunRecord): string {
  return fileOf(record).split('/').at(-1) ?? '';
}

function compare([a = 0, b = 0]: readonly number[], [c = 0, d = 0]: readonly number[]): number {
  return a - c || b - d;
}
