import type { GitHub } from '../github.ts';
import { atMostPages, PER_PAGE } from '../page-limit.ts';

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
  { rest, repository }: GitHub,
  issue: number,
  body: string,
): Promise<Comment> {
  const { data } = await rest.issues.createComment({
    ...repository,
    issue_number: issue,
    body,
  });
  return toComment(data);
}

export async function updateComment(
  { rest, repository }: GitHub,
  id: number,
  body: string,
): Promise<Comment> {
  const { data } = await rest.issues.updateComment({
    ...repository,
    comment_id: id,
    body,
  });
  return toComment(data);
}

export async function deleteComment({ rest, repository }: GitHub, id: number): Promise<void> {
  await rest.issues.deleteComment({
    ...repository,
    comment_id: id,
  });
}

/** The comments of an issue or pull request, oldest first; at most the first 1,000. */
export async function listComments(
  { rest, paginate, repository }: GitHub,
  issue: number,
): Promise<readonly Comment[]> {
  const comments = await paginate(
    rest.issues.listComments,
    { ...repository, issue_number: issue, per_page: PER_PAGE },
    atMostPages(MAX_PAGES),
  );
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
