/** An issue. Texts are untrusted. */
export interface Issue {
  readonly number: number;
  /** Its web page. */
  readonly url: string;
  readonly title: string;
  readonly body: string;
  /** The id of its author; 0 for a deleted user. */
  readonly author: number;
  readonly isPullRequest: boolean;
  /** ms since the epoch. */
  readonly createdAt: number;
}

interface ApiIssue {
  readonly number: number;
  readonly html_url: string;
  readonly title: string;
  readonly body?: string | null | undefined;
  readonly user: { readonly id: number | bigint } | null;
  readonly pull_request?: object | undefined;
  readonly created_at: string;
}

export function toIssue(issue: ApiIssue): Issue {
  return {
    number: issue.number,
    url: issue.html_url,
    title: issue.title,
    body: issue.body ?? '',
    author: Number(issue.user?.id ?? 0),
    isPullRequest: issue.pull_request !== undefined,
    createdAt: Date.parse(issue.created_at),
  };
}
