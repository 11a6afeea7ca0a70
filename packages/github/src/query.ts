import { plain } from '@repo/core/text/untrusted';
import type { GitHub } from './github.ts';
import { GitHubError } from './github-error.ts';

/**
 * Sends a GraphQL query. A partial response counts as an error.
 *
 * @param needs the required permission, for the remedy: `deployments: read`
 */
export async function query<T>(
  { graphql }: GitHub,
  text: string,
  variables: Readonly<Record<string, unknown>>,
  needs: string,
): Promise<T> {
  try {
    return await graphql<T>(text, { ...variables });
  } catch (error) {
    const errors = graphqlErrors(error);
    if (errors === undefined) throw error;
    const messages = errors.map(({ message }) => plain(String(message))).join('; ');
    const [first] = errors;
    const isForbidden = first?.type === 'FORBIDDEN' || /not accessible/i.test(messages);
    throw new GitHubError(`GitHub responded to a query with: ${messages}`, {
      status: isForbidden ? 403 : 422,
      remedy: isForbidden
        ? `Give the job permissions: ${needs}.`
        : 'Check that the repository exists and that the token can read it.',
    });
  }
}

interface GraphqlProblem {
  readonly type?: unknown;
  readonly message?: unknown;
}

/** Not `instanceof`, because octokit's error class is in another chunk. */
function graphqlErrors(error: unknown): readonly GraphqlProblem[] | undefined {
  if (!(error instanceof Error) || error.name !== 'GraphqlResponseError') return undefined;
  const { errors } = error as Error & { readonly errors?: unknown };
  return Array.isArray(errors) ? errors : [];
}
