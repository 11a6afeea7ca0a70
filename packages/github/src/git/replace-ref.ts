import type { GitHub } from '../github.ts';
import { query } from '../query.ts';

const UPDATE = `mutation Replace($repository: ID!, $name: GitRefname!, $from: GitObjectID!, $to: GitObjectID!) {
  updateRefs(input: {repositoryId: $repository, refUpdates: [{name: $name, beforeOid: $from, afterOid: $to, force: true}]}) {
    clientMutationId
  }
}`;
const ID = `query Id($owner: String!, $name: String!) {
  repository(owner: $owner, name: $name) { id }
}`;

/**
 * Moves a ref to any commit, but only if it has not changed, like `git push --force-with-lease`, which
 * the REST API does not offer (permissions: contents: write).
 *
 * @param name the complete name: `refs/heads/main`
 * @param from the expected target
 * @throws GitHubError if the ref has another target, or the rules of the branch forbid the change
 */
export async function replaceRef(
  github: GitHub,
  name: string,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> {
  const { owner, repo } = github.repository;
  const { repository } = await query<{ readonly repository: { readonly id: string } }>(
    github,
    ID,
    { owner, name: repo },
    'contents: write',
  );
  await query(github, UPDATE, { repository: repository.id, name, from, to }, 'contents: write');
}
