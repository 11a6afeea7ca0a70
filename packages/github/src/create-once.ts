import { GitHubError } from './github-error.ts';

/**
 * Creates what must not be there twice. Where the answer was lost, it is looked for first (by a
 * marker that only this one has), and created again only when it is not there.
 */
export async function createOnce<T>(
  create: () => Promise<T>,
  find: () => Promise<T | undefined>,
): Promise<T> {
  try {
    return await create();
  } catch (error) {
    if (!(error instanceof GitHubError && error.isUncertain)) throw error;
    return (await find()) ?? create();
  }
}
