import { GitHubError } from './github-error.ts';

/**
 * Creates something that must not exist twice. If the response was lost, searches for it (by a unique
 * marker) and creates it again only if it does not exist.
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
