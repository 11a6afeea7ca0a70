import { plain } from '@repo/core/text/untrusted';
import type { GitHub } from './github.ts';
import { GitHubError } from './github-error.ts';

/**
 * Asks by GraphQL: one call, whatever it asks for. What GitHub answers in part counts as refused.
 *
 * @param needs the permission that it takes, for the remedy: `deployments: read`
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
    throw new GitHubError(`GitHub answers a query with: ${messages}`, {
      status: isForbidden ? 403 : 422,
      remedy: isForbidden
        ? `Give the job permissions: ${needs}.`
        : 'Check that the repository exists, and what the token may see.',
    });
  }
}

interface GraphqlProblem {
  readonly type?: unknown;
  readonly message?: unknown;
}

/** It is asked for by its shape: octokit's class is in a chunk that is not loaded here. */
function graphqlErrors(error: unknown): readonly GraphqlProblem[] | undefined {
  if (!(error instanceof Error) || error.name !== 'GraphqlResponseError') return undefined;
  const { errors } = error as Error & { readonly errors?: unknown };
  return Array.isArray(errors) ? errors : [];
}
