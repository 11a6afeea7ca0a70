import { allPages, PER_PAGE } from '../all-pages.ts';
import type { GitHub } from '../github.ts';

/** A comment on an issue or a pull request. The body is untrusted. */
export interface Comment {
  readonly id: number;
  readonly url: string;
  readonly body: string;
  /** The id of its author; 0 for a deleted user. */
  readonly author: number;
  /** ms since the epoch. */
  readonly createdAt: number;
}

/** Pages of comments to read. */
const MAX_PAGES = 10;

/** Comments on an issue or pull request. Not retried automatically: use `createOnce`. */
export async function createComment(
  { request, repository }: GitHub,
  issue: number,
  body: string,
): Promise<Comment> {
  const { data } = await request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', {
    ...repository,
    issue_number: issue,
    body,
  });
  return toComment(data);
}

export async function updateComment(
  { request, repository }: GitHub,
  id: number,
  body: string,
): Promise<Comment> {
  const { data } = await request('PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}', {
    ...repository,
    comment_id: id,
    body,
  });
  return toComment(data);
}

export async function deleteComment({ request, repository }: GitHub, id: number): Promise<void> {
  await request('DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}', {
    ...repository,
    comment_id: id,
  });
}

/** The comments of an issue or pull request, oldest first; at most the first 1,000. */
export async function listComments(
  { request, repository }: GitHub,
  issue: number,
): Promise<readonly Comment[]> {
  const comments = await allPages(async (page) => {
    const { data } = await request('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', {
      ...repository,
      issue_number: issue,
      per_page: PER_PAGE,
      page,
    });
    return data;
  }, MAX_PAGES);
  return comments.map(toComment).sort((one, other) => one.id - other.id);
}

interface ApiComment {
  readonly id: number | bigint;
  readonly html_url: string;
  readonly body?: string | undefined;
  readonly user: { readonly id: number | bigint } | null;
  readonly created_at: string;
}

function toComment(comment: ApiComment): Comment {
  return {
    id: Number(comment.id),
    url: comment.html_url,
    body: comment.body ?? '',
    author: Number(comment.user?.id ?? 0),
    createdAt: Date.parse(comment.created_at),
  };
}
