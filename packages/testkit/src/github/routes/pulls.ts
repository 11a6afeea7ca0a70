import { type Place, pageOf, type Route } from '../route.ts';
import { isoSeconds, type Pull } from '../state.ts';
import { userBody } from './users.ts';

const listPulls: Route = {
  operation: 'GET /repos/{owner}/{repo}/pulls',
  needs: 'pull-requests: read',
  handle: (call, place) => {
    const { state = 'open', head, base, sort, direction } = call.query;
    if (sort !== undefined || direction !== undefined) throw new Error('no order is served here');
    const found = place.state.pulls
      .filter((pull) => state === 'all' || pull.state === state)
      .filter((pull) => base === undefined || pull.base === base)
      .filter((pull) => head === undefined || head === headOf(pull))
      .sort((one, other) => other.number - one.number);
    return { status: 200, body: pageOf(found, call).map((pull) => pullBody(pull, place)) };
  },
};

/** `owner:branch`, by which pull requests are looked for; two forks of one owner share it. */
function headOf({ head }: Pull): string {
  return `${head.repository.split('/')[0]}:${head.branch}`;
}

function pullBody(pull: Pull, place: Place): object {
  const { state, complete } = place;
  const { number, head } = pull;
  const page = `${state.serverUrl}/${state.owner}/${state.repo}/pull/${number}`;
  return complete('pull-request-simple', {
    id: number,
    number,
    title: `Pull request ${number}`,
    state: pull.state,
    user: userBody(state.user, complete),
    author_association: 'NONE',
    created_at: isoSeconds(state.now()),
    updated_at: isoSeconds(state.now()),
    html_url: page,
    head: sideOf(head.repository, head.branch, head.sha, place),
    base: sideOf(`${state.owner}/${state.repo}`, pull.base, '0'.repeat(40), place),
  });
}

function sideOf(repository: string, ref: string, sha: string, { state, complete }: Place): object {
  const [owner = '', name = ''] = repository.split('/');
  return {
    ref,
    sha,
    label: `${owner}:${ref}`,
    user: userBody({ login: owner, id: 3, type: 'User' }, complete),
    repo: complete('repository', {
      name,
      full_name: repository,
      html_url: `${state.serverUrl}/${repository}`,
      owner: userBody({ login: owner, id: 3, type: 'User' }, complete),
    }),
  };
}

export const pullRoutes: readonly Route[] = [listPulls];
