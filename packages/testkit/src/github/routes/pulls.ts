import type { Pull } from '../records.ts';
import { paginate, type Route, type RouteContext, unprocessable } from '../route.ts';
import { isoSeconds } from '../state.ts';
import { toUserBody } from './users.ts';

const listPulls: Route = {
  operation: 'GET /repos/{owner}/{repo}/pulls',
  needs: 'pull-requests: read',
  handle: (call, context) => {
    const { state = 'open', head, base, sort, direction } = call.query;
    if (sort !== undefined || direction !== undefined)
      throw new Error('sort and direction are not supported');
    const found = context.state.pulls
      .filter((pull) => state === 'all' || pull.state === state)
      .filter((pull) => base === undefined || pull.base === base)
      .filter((pull) => head === undefined || head === formatHead(pull))
      .sort((one, other) => other.number - one.number);
    return {
      status: 200,
      total: found.length,
      body: paginate(found, call).map((pull) => toPullBody(pull, context, 'pull-request-simple')),
    };
  },
};

const createPull: Route = {
  operation: 'POST /repos/{owner}/{repo}/pulls',
  needs: 'pull-requests: write',
  handle: ({ body }, context) => {
    const { owner, repo, git, pulls, issues } = context.state;
    const [head, base] = [String(body.head), String(body.base)];
    const [from, to] = [head, base].map((name) => git?.ref(`refs/heads/${name}`)?.sha);
    if (from === undefined || to === undefined) return unprocessable('Validation Failed');
    if (git?.between(to, from).length === 0) {
      return unprocessable(`No commits between ${base} and ${head}`);
    }
    const exists = (pull: Pull) => pull.state === 'open' && formatHead(pull) === `${owner}:${head}`;
    if (pulls.some(exists)) {
      return unprocessable(`A pull request already exists for ${owner}:${head}.`);
    }
    const pull: Pull = {
      number: Math.max(0, ...[...pulls, ...issues].map(({ number }) => number)) + 1,
      title: String(body.title),
      body: String(body.body ?? ''),
      state: 'open',
      base,
      head: { repository: `${owner}/${repo}`, branch: head, sha: from },
    };
    pulls.push(pull);
    return { status: 201, body: toPullBody(pull, context, 'pull-request') };
  },
};

/** Formats `owner:branch`, the search key of pull requests; forks of one owner share it. */
function formatHead({ head }: Pull): string {
  return `${head.repository.split('/')[0]}:${head.branch}`;
}

function toPullBody(
  pull: Pull,
  context: RouteContext,
  schema: 'pull-request' | 'pull-request-simple',
): object {
  const { state, complete } = context;
  const { number, head } = pull;
  const page = `${state.serverUrl}/${state.owner}/${state.repo}/pull/${number}`;
  return complete(schema, {
    id: number,
    number,
    title: pull.title ?? `Pull request ${number}`,
    body: pull.body ?? null,
    merged_at: pull.isMerged ? isoSeconds(state.now()) : null,
    state: pull.state,
    user: toUserBody(state.user, complete),
    author_association: 'NONE',
    created_at: isoSeconds(state.now()),
    updated_at: isoSeconds(state.now()),
    html_url: page,
    head: toPullSide(head.repository, head.branch, head.sha, context),
    base: toPullSide(`${state.owner}/${state.repo}`, pull.base, '0'.repeat(40), context),
  });
}

function toPullSide(
  repository: string,
  ref: string,
  sha: string,
  { state, complete }: RouteContext,
): object {
  const [owner = '', name = ''] = repository.split('/');
  return {
    ref,
    sha,
    label: `${owner}:${ref}`,
    user: toUserBody({ login: owner, id: 3, type: 'User' }, complete),
    repo: complete('repository', {
      name,
      full_name: repository,
      html_url: `${state.serverUrl}/${repository}`,
      owner: toUserBody({ login: owner, id: 3, type: 'User' }, complete),
    }),
  };
}

export const pullRoutes: readonly Route[] = [createPull, listPulls];
