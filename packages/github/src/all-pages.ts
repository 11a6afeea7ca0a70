/** GitHub's maximum. */
export const PER_PAGE = 100;

/**
 * Reads a list page by page, at most `maxPages` of {@link PER_PAGE}.
 *
 * @param read reads a page; the first is 1
 */
export async function allPages<T>(
  read: (page: number) => Promise<readonly T[]>,
  maxPages: number,
): Promise<readonly T[]> {
  const found: T[] = [];
  for (let page = 1; page <= maxPages; page++) {
    const items = await read(page);
    found.push(...items);
    if (items.length < PER_PAGE) break;
  }
  return found;
}
