import { GitHubError } from './github-error.ts';

/** Returns the result of a request, or `undefined` if GitHub responds with 404. */
export async function ifFound<T>(
  look: () => Promise<T>,
  gone: readonly number[] = [404],
): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    const isGone = error instanceof GitHubError && gone.includes(error.status ?? 0);
    if (!isGone) throw error;
    return undefined;
  }
}
