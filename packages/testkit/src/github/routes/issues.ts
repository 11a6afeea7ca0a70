import type { Issue } from '../records.ts';
import { type ApiCall, NOT_FOUND, paginate, type Route, type RouteContext } from '../route.ts';
import { isoSeconds, type State } from '../state.ts';
import { getOrCreateLabel, toLabelBody } from './labels.ts';
import { toUserBody } from './users.ts';

const listIssues: Route = {
  operation: 'GET /repos/{owner}/{repo}/issues',
  needs: 'issues: read',
  handle: (call, context) => {
    const { state = 'open', labels = '', direction = 'desc', sort = 'created' } = call.query;
    if (sort !== 'created') throw new Error(`sort=${sort} is not supported`);
    const requiredLabels = labels.split(',').filter((label) => label !== '');
    const found = context.state.issues
      .filter((issue) => state === 'all' || issue.state === state)
      .filter((issue) => requiredLabels.every((label) => issue.labels.includes(label)))
      .sort((one, other) => (direction === 'asc' ? 1 : -1) * (one.number - other.number));
    return {
      status: 200,
      total: found.length,
      body: paginate(found, call).map((issue) => toIssueBody(issue, context)),
    };
  },
};

const createIssue: Route = {
  operation: 'POST /repos/{owner}/{repo}/issues',
  needs: 'issues: write',
  handle: ({ body }, context) => {
    const { state } = context;
    const labels = readLabels(body.labels);
    for (const label of labels) getOrCreateLabel(label, state);
    const now = state.now();
    const issue: Issue = {
      id: state.nextId(),
      number: state.issues.length + 1,
      title: String(body.title),
      body: String(body.body ?? ''),
      state: 'open',
      stateReason: null,
      labels,
      author: state.user,
      createdAt: now,
      updatedAt: now,
      closedAt: null,
    };
    state.issues.push(issue);
    return { status: 201, body: toIssueBody(issue, context) };
  },
};

const getIssue: Route = {
  operation: 'GET /repos/{owner}/{repo}/issues/{issue_number}',
  needs: 'issues: read',
  handle: (call, context) => {
    const issue = findIssue(call, context.state);
    return issue === undefined ? NOT_FOUND : { status: 200, body: toIssueBody(issue, context) };
  },
};

const updateIssue: Route = {
  operation: 'PATCH /repos/{owner}/{repo}/issues/{issue_number}',
  needs: 'issues: write',
  handle: (call, context) => {
    const issue = findIssue(call, context.state);
    if (issue === undefined) return NOT_FOUND;
    const { title, body, state, state_reason: reason, labels } = call.body;
    const now = context.state.now();
    if (title !== undefined) issue.title = String(title);
    if (body !== undefined) issue.body = String(body);
    if (labels !== undefined) issue.labels = readLabels(labels);
    if (state === 'closed') {
      issue.closedAt ??= now;
      issue.stateReason = reason === 'not_planned' ? 'not_planned' : 'completed';
    }
    if (state === 'open' && issue.state === 'closed') {
      issue.closedAt = null;
      issue.stateReason = 'reopened';
    }
    if (state === 'open' || state === 'closed') issue.state = state;
    issue.updatedAt = now;
    return { status: 200, body: toIssueBody(issue, context) };
  },
};

/** Finds the issue of a call. */
export function findIssue({ params }: ApiCall, { issues }: State): Issue | undefined {
  return issues.find(({ number }) => number === Number(params.issue_number));
}

function readLabels(given: unknown): readonly string[] {
  return Array.isArray(given) ? given.map((label) => String(label?.name ?? label)) : [];
}

function toIssueBody(issue: Issue, { state, complete }: RouteContext): object {
  const comments = state.comments.filter((comment) => comment.issue === issue.number).length;
  return complete('issue', {
    id: issue.id,
    number: issue.number,
    title: issue.title,
    body: issue.body,
    state: issue.state,
    state_reason: issue.stateReason,
    labels: issue.labels.map((name) => toLabelBody(name, { state, complete })),
    user: toUserBody(issue.author, complete),
    author_association: 'NONE',
    comments,
    created_at: isoSeconds(issue.createdAt),
    updated_at: isoSeconds(issue.updatedAt),
    closed_at: issue.closedAt === null ? null : isoSeconds(issue.closedAt),
    html_url: `${state.serverUrl}/${state.owner}/${state.repo}/issues/${issue.number}`,
    ...(issue.isPullRequest && {
      pull_request: { url: null, html_url: null, diff_url: null, patch_url: null },
    }),
  });
}

export const issueRoutes: readonly Route[] = [listIssues, createIssue, getIssue, updateIssue];
