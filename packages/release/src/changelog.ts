/** A commit of the history. */
export interface Change {
  readonly sha: string;
  readonly subject: string;
  readonly body: string;
}

/** What one release brings. */
export interface ChangelogEntry {
  readonly version: string;
  /** `YYYY-MM-DD`. */
  readonly date: string;
  readonly changes: readonly Change[];
}

const HEAD = /^(?<type>[a-z]+)(?:\((?<scope>[^)]+)\))?(?<breaking>!)?: (?<text>.+)$/;
const SECTIONS = [
  ['Breaking changes', (one: Told) => one.breaking],
  ['Features', (one: Told) => !one.breaking && one.type === 'feat'],
  ['Fixes', (one: Told) => !one.breaking && one.type === 'fix'],
  ['Performance', (one: Told) => !one.breaking && one.type === 'perf'],
] as const;

interface Told {
  readonly type: string;
  readonly scope: string | undefined;
  readonly breaking: boolean;
  readonly text: string;
  readonly sha: string;
}

/**
 * CHANGELOG.md from the history, the latest release first. Commits follow Conventional Commits
 * (https://www.conventionalcommits.org); what users do not notice (tests, docs, builds) is left out.
 * One commit may tell of several things: `feat: a; fix: b`.
 */
export function changelog(entries: readonly ChangelogEntry[]): string {
  return ['# Changelog', ...entries.map(entryText)].join('\n\n').concat('\n');
}

function entryText({ version, date, changes }: ChangelogEntry): string {
  const told = changes.flatMap(tell);
  const sections = SECTIONS.flatMap(([title, belongs]) => {
    const lines = told.filter(belongs).map(line);
    return lines.length === 0 ? [] : [`### ${title}\n\n${lines.join('\n')}`];
  });
  const nothing = 'Nothing that users notice.';
  return [`## ${version} (${date})`, ...(sections.length === 0 ? [nothing] : sections)].join(
    '\n\n',
  );
}

function tell({ sha, subject, body }: Change): readonly Told[] {
  return subject.split(/; (?=[a-z]+(?:\([^)]+\))?!?: )/).flatMap((part, index) => {
    const found = HEAD.exec(part)?.groups;
    if (found?.type === undefined || found.text === undefined) return [];
    const footer = index === 0 && /^BREAKING[ -]CHANGE: /m.test(body);
    const breaking = found.breaking !== undefined || footer;
    return [{ type: found.type, scope: found.scope, breaking, text: found.text, sha }];
  });
}

function line({ scope, text, sha }: Told): string {
  const where = scope === undefined ? '' : `**${quiet(scope)}**: `;
  return `- ${where}${quiet(text)} (${sha.slice(0, 7)})`;
}

/** Neither a tag nor a mention. */
function quiet(text: string): string {
  return text.replace(/[<@*_[\]]/g, '\\$&');
}
