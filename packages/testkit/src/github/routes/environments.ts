import { NOT_FOUND, type Route } from '../route.ts';
import { toUserBody } from './users.ts';

const getEnvironment: Route = {
  operation: 'GET /repos/{owner}/{repo}/environments/{environment_name}',
  needs: 'actions: read',
  handle: ({ params }, { state, complete }) => {
    const name = String(params.environment_name);
    const environment = state.environments[name];
    if (environment === undefined) return NOT_FOUND;
    const url = `${state.serverUrl}/environments/${name}`;
    return {
      status: 200,
      body: complete('environment', {
        id: 1,
        name,
        url,
        html_url: url,
        protection_rules:
          environment.reviewers.length === 0
            ? []
            : [
                {
                  id: 2,
                  node_id: '',
                  type: 'required_reviewers',
                  reviewers: environment.reviewers.map((user) => ({
                    type: 'User',
                    reviewer: toUserBody(user, complete),
                  })),
                },
              ],
      }),
    };
  },
};

export const environmentRoutes: readonly Route[] = [getEnvironment];
