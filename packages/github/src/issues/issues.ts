import type { GitHub } from '../github.ts';
import { atMostPages, PER_PAGE } from '../page-limit.ts';
import { type Issue, toIssue } from './issue.ts';

/** Pages of issues to search for a marker. */
const MAX_PAGES = 10;

/** Opens an issue (permissions: issues: write). Not retried automatically: use `createOnce`. */
export async function createIssue(
  { rest, repository }: GitHub,
  issue: { readonly title: string; readonly body: string; readonly labels: readonly string[] },
): Promise<Issue> {
  const { data } = await rest.issues.create({
    ...repository,
    ...issue,
    labels: [...issue.labels],
  });
  return toIssue(data);
}

/** Changes an issue (permissions: issues: write). */
export async function updateIssue(
  { rest, repository }: GitHub,
  number: number,
  change: { readonly title?: string; readonly body?: string },
): Promise<Issue> {
  const { data } = await rest.issues.update({
    ...repository,
    issue_number: number,
    ...change,
  });
  return toIssue(data);
}

/** Closes an issue, optionally with a new body (permissions: issues: write). */
export async function closeIssue(
  { rest, repository }: GitHub,
  number: number,
  { reason, body }: { readonly reason: 'completed' | 'not_planned'; readonly body?: string },
): Promise<void> {
  await rest.issues.update({
    ...repository,
    issue_number: number,
    state: 'closed',
    state_reason: reason,
    ...(body !== undefined && { body }),
  });
}

/**
 * The open issues with a label whose body contains a marker, oldest first. Labels require write access,
 * so an outside user cannot create such an issue.
 */
export async function findOpenIssues(
  { rest, paginate, repository }: GitHub,
  { label, marker }: { readonly label: string; readonly marker: string },
): Promise<readonly Issue[]> {
  const labelled = await paginate(
    rest.issues.listForRepo,
    {
      ...repository,
      state: 'open',
      labels: label,
      sort: 'created',
      direction: 'asc',
      per_page: PER_PAGE,
    },
    atMostPages(MAX_PAGES),
  );
  return labelled
    .map(toIssue)
    .filter(({ body, isPullRequest }) => !isPullRequest && body.includes(marker))
    .sort((one, other) => one.number - other.number);
}
