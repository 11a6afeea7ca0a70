import type { Comment } from '../records.ts';
import { NOT_FOUND, paginate, type Route, type RouteContext } from '../route.ts';
import { isoSeconds } from '../state.ts';
import { findIssue } from './issues.ts';
import { toUserBody } from './users.ts';

const listComments: Route = {
  operation: 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments',
  needs: 'issues: read',
  handle: (call, context) => {
    const issue = findIssue(call, context.state);
    if (issue === undefined) return NOT_FOUND;
    const found = context.state.comments.filter((comment) => comment.issue === issue.number);
    return {
      status: 200,
      total: found.length,
      body: paginate(found, call).map((comment) => toCommentBody(comment, context)),
    };
  },
};

const createComment: Route = {
  operation: 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments',
  needs: 'issues: write',
  handle: (call, context) => {
    const { state } = context;
    const issue = findIssue(call, state);
    if (issue === undefined) return NOT_FOUND;
    const now = state.now();
    const comment: Comment = {
      id: state.nextId(),
      issue: issue.number,
      body: String(call.body.body),
      author: state.user,
      createdAt: now,
      updatedAt: now,
    };
    state.comments.push(comment);
    return { status: 201, body: toCommentBody(comment, context) };
  },
};

const updateComment: Route = {
  operation: 'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}',
  needs: 'issues: write',
  handle: ({ params, body }, context) => {
    const comment = context.state.comments.find(({ id }) => id === Number(params.comment_id));
    if (comment === undefined) return NOT_FOUND;
    comment.body = String(body.body);
    comment.updatedAt = context.state.now();
    return { status: 200, body: toCommentBody(comment, context) };
  },
};

const deleteComment: Route = {
  operation: 'DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}',
  needs: 'issues: write',
  handle: ({ params }, { state }) => {
    const index = state.comments.findIndex(({ id }) => id === Number(params.comment_id));
    if (index < 0) return NOT_FOUND;
    state.comments.splice(index, 1);
    return { status: 204 };
  },
};

function toCommentBody(comment: Comment, { state, complete }: RouteContext): object {
  const issue = `${state.serverUrl}/${state.owner}/${state.repo}/issues/${comment.issue}`;
  return complete('issue-comment', {
    id: comment.id,
    body: comment.body,
    user: toUserBody(comment.author, complete),
    author_association: 'NONE',
    created_at: isoSeconds(comment.createdAt),
    updated_at: isoSeconds(comment.updatedAt),
    html_url: `${issue}#issuecomment-${comment.id}`,
  });
}

export const commentRoutes: readonly Route[] = [
  listComments,
  createComment,
  updateComment,
  deleteComment,
];
