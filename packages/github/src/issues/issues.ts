import { allPages, PER_PAGE } from '../all-pages.ts';
import type { GitHub } from '../github.ts';
import { type Issue, issueOf } from './issue.ts';

/** Issues of one label that are looked through for a marker. */
const MOST_PAGES = 10;

/** Opens an issue (permissions: issues: write). Never repeated by itself: see `createOnce`. */
export async function createIssue(
  { request, repository }: GitHub,
  issue: { readonly title: string; readonly body: string; readonly labels: readonly string[] },
): Promise<Issue> {
  const { data } = await request('POST /repos/{owner}/{repo}/issues', {
    ...repository,
    ...issue,
    labels: [...issue.labels],
  });
  return issueOf(data);
}

/** Rewrites an issue (permissions: issues: write). */
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
  return issueOf(data);
}

/** Closes an issue, with its last words in the body (permissions: issues: write). */
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
 * The open issues of a label whose body holds a marker, oldest first. Who may not write to the
 * repository cannot label, so that a stranger's issue with the marker does not count.
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
  }, MOST_PAGES);
  return labelled
    .map(issueOf)
    .filter(({ body, isPullRequest }) => !isPullRequest && body.includes(marker))
    .sort((one, other) => one.number - other.number);
}
