import { NOT_FOUND, type Place, pageOf, type Route } from '../route.ts';
import { type Comment, isoSeconds } from '../state.ts';
import { issueOf } from './issues.ts';
import { userBody } from './users.ts';

const listComments: Route = {
  operation: 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments',
  needs: 'issues: read',
  handle: (call, place) => {
    const issue = issueOf(call, place.state);
    if (issue === undefined) return NOT_FOUND;
    const found = place.state.comments.filter((comment) => comment.issue === issue.number);
    return { status: 200, body: pageOf(found, call).map((comment) => commentBody(comment, place)) };
  },
};

const createComment: Route = {
  operation: 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments',
  needs: 'issues: write',
  handle: (call, place) => {
    const { state } = place;
    const issue = issueOf(call, state);
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
    return { status: 201, body: commentBody(comment, place) };
  },
};

const updateComment: Route = {
  operation: 'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}',
  needs: 'issues: write',
  handle: ({ params, body }, place) => {
    const comment = place.state.comments.find(({ id }) => id === Number(params.comment_id));
    if (comment === undefined) return NOT_FOUND;
    comment.body = String(body.body);
    comment.updatedAt = place.state.now();
    return { status: 200, body: commentBody(comment, place) };
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

function commentBody(comment: Comment, { state, complete }: Place): object {
  const issue = `${state.serverUrl}/${state.owner}/${state.repo}/issues/${comment.issue}`;
  return complete('issue-comment', {
    id: comment.id,
    body: comment.body,
    user: userBody(comment.author, complete),
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
