import { type Place, pageOf, type Route, unprocessable } from '../route.ts';
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
    return {
      status: 200,
      body: pageOf(found, call).map((pull) => pullBody(pull, place, 'pull-request-simple')),
    };
  },
};

const createPull: Route = {
  operation: 'POST /repos/{owner}/{repo}/pulls',
  needs: 'pull-requests: write',
  handle: ({ body }, place) => {
    const { owner, repo, git, pulls, issues } = place.state;
    const [head, base] = [String(body.head), String(body.base)];
    const [from, to] = [head, base].map((name) => git?.ref(`refs/heads/${name}`)?.sha);
    if (from === undefined || to === undefined) return unprocessable('Validation Failed');
    if (git?.between(to, from).length === 0) {
      return unprocessable(`No commits between ${base} and ${head}`);
    }
    const isThere = (pull: Pull) => pull.state === 'open' && headOf(pull) === `${owner}:${head}`;
    if (pulls.some(isThere)) {
      return unprocessable(`A pull request already exists for ${owner}:${head}.`);
    }
    const pull: Pull = {
      number: Math.max(0, ...[...pulls, ...issues].map(({ number }) => number)) + 1,
      ...{ title: String(body.title), body: String(body.body ?? ''), state: 'open', base },
      head: { repository: `${owner}/${repo}`, branch: head, sha: from },
    };
    pulls.push(pull);
    return { status: 201, body: pullBody(pull, place, 'pull-request') };
  },
};

/** `owner:branch`, by which pull requests are looked for; two forks of one owner share it. */
function headOf({ head }: Pull): string {
  return `${head.repository.split('/')[0]}:${head.branch}`;
}

function pullBody(
  pull: Pull,
  place: Place,
  schema: 'pull-request' | 'pull-request-simple',
): object {
  const { state, complete } = place;
  const { number, head } = pull;
  const page = `${state.serverUrl}/${state.owner}/${state.repo}/pull/${number}`;
  return complete(schema, {
    id: number,
    number,
    title: pull.title ?? `Pull request ${number}`,
    body: pull.body ?? null,
    merged_at: pull.isMerged ? isoSeconds(state.now()) : null,
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

export const pullRoutes: readonly Route[] = [createPull, listPulls];
