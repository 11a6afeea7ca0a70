import { allPages, PER_PAGE } from '../all-pages.ts';
import type { GitHub } from '../github.ts';
import { type Issue, toIssue } from './issue.ts';

/** Pages of issues to search for a marker. */
const MAX_PAGES = 10;

/** Opens an issue (permissions: issues: write). Not retried automatically: use `createOnce`. */
export async function createIssue(
  { request, repository }: GitHub,
  issue: { readonly title: string; readonly body: string; readonly labels: readonly string[] },
): Promise<Issue> {
  const { data } = await request('POST /repos/{owner}/{repo}/issues', {
    ...repository,
    ...issue,
    labels: [...issue.labels],
  });
  return toIssue(data);
}

/** Changes an issue (permissions: issues: write). */
export async function updateIssue(
  { request, repository }: GitHub,
  number: number,
  change: { readonly title?: string; readonly body?: string },
): Promise<Issue> {
  const { data } = await request('PATCH /repos/{owner}/{repo}/issues/{issue_number}', {
    ...repository,
    issue_number: number,
    ...change,
  });
  return toIssue(data);
}

/** Closes an issue, optionally with a new body (permissions: issues: write). */
export async function closeIssue(
  { request, repository }: GitHub,
  number: number,
  { reason, body }: { readonly reason: 'completed' | 'not_planned'; readonly body?: string },
): Promise<void> {
  await request('PATCH /repos/{owner}/{repo}/issues/{issue_number}', {
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
  { request, repository }: GitHub,
  { label, marker }: { readonly label: string; readonly marker: string },
): Promise<readonly Issue[]> {
  const labelled = await allPages(async (page) => {
    const { data } = await request('GET /repos/{owner}/{repo}/issues', {
      ...repository,
      state: 'open',
      labels: label,
      sort: 'created',
      direction: 'asc',
      per_page: PER_PAGE,
      page,
    });
    return data;
  }, MAX_PAGES);
  return labelled
    .map(toIssue)
    .filter(({ body, isPullRequest }) => !isPullRequest && body.includes(marker))
    .sort((one, other) => one.number - other.number);
}
