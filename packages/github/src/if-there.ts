import { GitHubError } from './github-error.ts';

/** What a look at something finds; `undefined` where GitHub says that there is no such thing. */
export async function ifThere<T>(
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
