import type { GitHub } from '../github.ts';
import { GitHubError } from '../github-error.ts';

/** Creates a label unless it exists (permissions: issues: write). */
export async function ensureLabel(
  { request, repository }: GitHub,
  label: { readonly name: string; readonly color: string; readonly description: string },
): Promise<void> {
  try {
    await request('POST /repos/{owner}/{repo}/labels', { ...repository, ...label });
  } catch (error) {
    // 422: it exists.
    if (!(error instanceof GitHubError && error.status === 422)) throw error;
  }
}
