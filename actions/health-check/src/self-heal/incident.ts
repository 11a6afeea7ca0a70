import { createOnce } from '@repo/github/create-once';
import type { GitHub } from '@repo/github/github';
import type { Issue } from '@repo/github/issues/issue';
import { closeIssue, createIssue, findOpenIssues } from '@repo/github/issues/issues';
import { ensureLabel } from '@repo/github/issues/labels';

/** Incidents are searched by label: faster than reading all issues, and only maintainers set labels. */
const LABEL = {
  name: 'health-check-incident',
  color: 'd73a4a',
  description: 'Opened and closed by health-check',
};

/** The texts of an incident, without secrets. */
export interface IncidentTexts {
  /** The hidden line of the body that identifies the incident. */
  readonly marker: string;
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
  /** From the opening of the issue to its closing. */
  readonly downtimeMs: number;
}

/** Returns the open issue of the incident, or creates one. The oldest of several is used. */
export async function openIncident(github: GitHub, texts: IncidentTexts): Promise<OpenIncident> {
  const find = () => findOpenIssues(github, { label: LABEL.name, marker: texts.marker });
  const [found] = await find();
  if (found !== undefined) return { issue: found, isNew: false };
  // Without the label, later runs would not find the issue: create the label first.
  await ensureLabel(github, LABEL);
  const issue = await createOnce(
    () => createIssue(github, { title: texts.title, body: texts.body, labels: [LABEL.name] }),
    async () => (await find())[0],
  );
  const [first = issue] = await find();
  if (first.number >= issue.number) return { issue, isNew: true };
  // A concurrent run created its issue first.
  await closeIssue(github, issue.number, { reason: 'not_planned' });
  return { issue: first, isNew: false };
}

/** Closes all issues of the incident; returns `undefined` when there are none. */
export async function closeIncident(
  github: GitHub,
  marker: string,
  body: (downtimeMs: number) => string,
): Promise<ClosedIncident | undefined> {
  const [issue, ...copies] = await findOpenIssues(github, { label: LABEL.name, marker });
  if (issue === undefined) return undefined;
  const downtimeMs = Math.max(0, github.now() - issue.createdAt);
  for (const copy of copies) await closeIssue(github, copy.number, { reason: 'not_planned' });
  await closeIssue(github, issue.number, { reason: 'completed', body: body(downtimeMs) });
  return { number: issue.number, url: issue.url, downtimeMs };
}
