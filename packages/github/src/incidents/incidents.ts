import { createOnce } from '../create-once.ts';
import type { GitHub } from '../github.ts';
import { GitHubError } from '../github-error.ts';
import type { Issue } from '../issues/issue.ts';
import { closeIssue, createIssue, findOpenIssues, updateIssue } from '../issues/issues.ts';

/** Identifies an incident of an action. */
export interface IncidentKey {
  /** The name of the action; its incidents have the label `<action>-incident`. */
  readonly action: string;
  /** The hidden line of the body that identifies the incident. */
  readonly marker: string;
}

/** The texts of an incident, without secrets. The body contains the marker. */
export interface IncidentTexts {
  readonly title: string;
  readonly body: string;
}

export interface OpenIncident {
  readonly issue: Issue;
  readonly isNew: boolean;
}

export interface ClosedIncident {
  readonly number: number;
  readonly url: string;
  /** From opening to closing the issue. */
  readonly downtimeMs: number;
}

/**
 * Returns the open issue of an incident, or creates one (permissions: issues: write). Does not change
 * an open issue. If there are several, returns the oldest.
 */
export async function openIncident(
  github: GitHub,
  key: IncidentKey,
  { title, body }: IncidentTexts,
): Promise<OpenIncident> {
  const [open] = await findIncidents(github, key);
  if (open !== undefined) return { issue: open, isNew: false };
  // Later runs find an issue only by its label: a token that cannot create the label must fail first.
  await ensureLabel(github, {
    name: labelName(key),
    color: 'd73a4a',
    description: `Opened and closed by ${key.action}`,
  });
  const issue = await createOnce(
    () => createIssue(github, { title, body, labels: [labelName(key)] }),
    async () => (await findIncidents(github, key))[0],
  );
  const [oldest = issue] = await findIncidents(github, key);
  if (oldest.number >= issue.number) return { issue, isNew: true };
  // A concurrent run created its issue first.
  await closeIssue(github, issue.number, { reason: 'not_planned' });
  return { issue: oldest, isNew: false };
}

/** Changes the texts of an issue, unless its body is up to date. */
export async function updateIncident(
  github: GitHub,
  issue: Issue,
  texts: Partial<IncidentTexts>,
): Promise<void> {
  if (texts.body !== issue.body) await updateIssue(github, issue.number, texts);
}

/**
 * Closes all open issues of an incident. Returns the oldest, or `undefined` if none was open.
 *
 * @param closingBody the body of the closed issue; unchanged if omitted
 */
export async function closeIncident(
  github: GitHub,
  key: IncidentKey,
  closingBody?: (downtimeMs: number) => string,
): Promise<ClosedIncident | undefined> {
  const [issue, ...copies] = await findIncidents(github, key);
  if (issue === undefined) return undefined;
  const downtimeMs = Math.max(0, github.now() - issue.createdAt);
  for (const copy of copies) await closeIssue(github, copy.number, { reason: 'not_planned' });
  const body = closingBody?.(downtimeMs);
  await closeIssue(github, issue.number, {
    reason: 'completed',
    ...(body !== undefined && { body }),
  });
  return { number: issue.number, url: issue.url, downtimeMs };
}

/** Searches by label: faster than reading all issues, and only maintainers can set a label. */
function findIncidents(github: GitHub, key: IncidentKey): Promise<readonly Issue[]> {
  return findOpenIssues(github, { label: labelName(key), marker: key.marker });
}

function labelName({ action }: IncidentKey): string {
  return `${action}-incident`;
}

/** Creates a label unless it exists (permissions: issues: write). */
export async function ensureLabel(
  { rest, repository }: GitHub,
  label: { readonly name: string; readonly color: string; readonly description: string },
): Promise<void> {
  try {
    await rest.issues.createLabel({ ...repository, ...label });
  } catch (error) {
    // 422: it exists.
    if (!(error instanceof GitHubError && error.status === 422)) throw error;
  }
}
