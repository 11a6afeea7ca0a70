import { createOnce } from '@repo/github/create-once';
import type { GitHub } from '@repo/github/github';
import type { Issue } from '@repo/github/issues/issue';
import { closeIssue, createIssue, findOpenIssues } from '@repo/github/issues/issues';
import { ensureLabel } from '@repo/github/issues/labels';

/** By the label incidents are found without reading all issues; strangers cannot set it. */
const LABEL = {
  name: 'health-check-incident',
  color: 'd73a4a',
  description: 'Opened and closed by health-check',
};

/** What an incident is told with; free of secrets. */
export interface IncidentTexts {
  /** The hidden line in the body by which it is found again. */
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
  /** From the opening of the issue to its closing, ms. */
  readonly downtimeMs: number;
}

/** The issue of the incident, opened if there is none. Of several the oldest counts. */
export async function openIncident(github: GitHub, texts: IncidentTexts): Promise<OpenIncident> {
  const find = () => findOpenIssues(github, { label: LABEL.name, marker: texts.marker });
  const [found] = await find();
  if (found !== undefined) return { issue: found, isNew: false };
  // Before the issue, so that a token that may not label leaves none that is never found again.
  await ensureLabel(github, LABEL);
  const issue = await createOnce(
    () => createIssue(github, { title: texts.title, body: texts.body, labels: [LABEL.name] }),
    async () => (await find())[0],
  );
  const [first = issue] = await find();
  if (first.number >= issue.number) return { issue, isNew: true };
  // Another run was faster.
  await closeIssue(github, issue.number, { reason: 'not_planned' });
  return { issue: first, isNew: false };
}

/** Closes all issues of the incident; `undefined` when there was none. */
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
