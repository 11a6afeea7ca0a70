/**
 * The shortest ends of paths that tell the files apart: folders above differ from one checkout to
 * the next, and a benchmark's name must not.
 */
export function shortestSuffixes(paths: Iterable<string>): ReadonlyMap<string, string> {
  const all = [...new Set(paths)];
  const suffixes = new Map(all.map((path) => [path, suffix(path, 1)]));
  for (let parts = 2; parts <= 50; parts++) {
    const counts = new Map<string, number>();
    for (const short of suffixes.values()) counts.set(short, (counts.get(short) ?? 0) + 1);
    const same = all.filter((path) => (counts.get(suffixes.get(path) ?? '') ?? 0) > 1);
    if (same.length === 0) break;
    for (const path of same) suffixes.set(path, suffix(path, parts));
  }
  return suffixes;
}

function suffix(path: string, parts: number): string {
  return path.split(/[\\/]/).slice(-parts).join('/');
}
