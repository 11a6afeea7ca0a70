import { REPOSITORY_ID, type Route, type RouteContext } from '../route.ts';

const getRepository: Route = {
  operation: 'GET /repos/{owner}/{repo}',
  needs: 'metadata: read',
  handle: (_, { state, complete }) => ({
    status: 200,
    body: complete('full-repository', {
      ...toRepositoryBody({ state, complete }),
      default_branch: state.defaultBranch,
    }),
  }),
};

/** Returns the repository as part of other responses. */
export function toRepositoryBody({ state, complete }: RouteContext): object {
  return {
    id: REPOSITORY_ID,
    name: state.repo,
    full_name: `${state.owner}/${state.repo}`,
    html_url: `${state.serverUrl}/${state.owner}/${state.repo}`,
    owner: complete('simple-user', { login: state.owner, id: 2, type: 'Organization' }),
  };
}

export const repositoryRoutes: readonly Route[] = [getRepository];
