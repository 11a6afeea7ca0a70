/** A folder of the releases. */
export interface Release {
  readonly name: string;
  /** When it was made, epoch milliseconds. */
  readonly madeMs: number;
}

/** The releases that may go: all but the newest `keep`, the current one, and those that are needed. */
export function superfluousReleases(
  releases: readonly Release[],
  {
    keep,
    current,
    needed,
  }: { readonly keep: number; readonly current: string; readonly needed: ReadonlySet<string> },
): readonly Release[] {
  return releases
    .toSorted((a, b) => b.madeMs - a.madeMs || (a.name < b.name ? 1 : -1))
    .slice(keep)
    .filter(({ name }) => name !== current && !needed.has(name));
}
