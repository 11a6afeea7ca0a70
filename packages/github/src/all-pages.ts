/** As many as GitHub gives at a time. */
export const PER_PAGE = 100;

/**
 * Everything that a list has, page by page, at most `mostPages` of {@link PER_PAGE}.
 *
 * @param read one page, counted from 1
 */
export async function allPages<T>(
  read: (page: number) => Promise<readonly T[]>,
  mostPages: number,
): Promise<readonly T[]> {
  const found: T[] = [];
  for (let page = 1; page <= mostPages; page++) {
    const items = await read(page);
    found.push(...items);
    if (items.length < PER_PAGE) break;
  }
  return found;
}
