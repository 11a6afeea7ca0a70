import type { GitHub } from './github.ts';

/** The name of the default branch. */
export async function defaultBranch({ rest, repository }: GitHub): Promise<string> {
  const { data } = await rest.repos.get(repository);
  return data.default_branch;
}
