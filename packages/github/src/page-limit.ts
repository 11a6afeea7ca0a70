/** GitHub's maximum. */
export const PER_PAGE = 100;

/**
 * Ends `octokit.paginate` after a number of pages.
 *
 * @returns the function that octokit.paginate calls with each page
 */
export function atMostPages(maxPages: number) {
  let pages = 0;
  return <T>({ data }: { readonly data: T }, done: () => void): T => {
    pages++;
    if (pages >= maxPages) done();
    return data;
  };
}
