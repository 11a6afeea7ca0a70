import type { GitHub } from './github.ts';

/** The name of the default branch. */
export async function defaultBranch({ request, repository }: GitHub): Promise<string> {
  const { data } = await request('GET /repos/{owner}/{repo}', repository);
  return data.default_branch;
}
