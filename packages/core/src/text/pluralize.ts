/** `1 run`, `2 runs`; pass `plural` where appending an s is not enough. */
export function pluralize(count: number, singular: string, plural = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : plural}`;
}
