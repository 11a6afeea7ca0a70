/** A commit in the history. */
export interface Change {
  readonly sha: string;
  readonly subject: string;
  readonly body: string;
}

/** The changes of one release. */
export interface ChangelogEntry {
  readonly version: string;
  /** `YYYY-MM-DD`. */
  readonly date: string;
  readonly changes: readonly Change[];
}

const SUBJECT = /^(?<type>[a-z]+)(?:\((?<scope>[^)]+)\))?(?<breaking>!)?: (?<text>.+)$/;
const SECTIONS = [
  ['Breaking changes', (one: ParsedChange) => one.breaking],
  ['Features', (one: ParsedChange) => !one.breaking && one.type === 'feat'],
  ['Fixes', (one: ParsedChange) => !one.breaking && one.type === 'fix'],
  ['Performance', (one: ParsedChange) => !one.breaking && one.type === 'perf'],
] as const;

interface ParsedChange {
  readonly type: string;
  readonly scope: string | undefined;
  readonly breaking: boolean;
  readonly text: string;
  readonly sha: string;
}

/**
 * Renders CHANGELOG.md from the history, the latest release first. Commits follow Conventional
 * Commits (https://www.conventionalcommits.org). Tests, docs and build changes are omitted. One
 * commit may contain several changes: `feat: a; fix: b`.
 */
export function changelog(entries: readonly ChangelogEntry[]): string {
  return ['# Changelog', ...entries.map(formatEntry)].join('\n\n').concat('\n');
}

function formatEntry({ version, date, changes }: ChangelogEntry): string {
  const parsed = changes.flatMap(parseChange);
  const sections = SECTIONS.flatMap(([title, matches]) => {
    const lines = parsed.filter(matches).map(formatLine);
    return lines.length === 0 ? [] : [`### ${title}\n\n${lines.join('\n')}`];
  });
  const empty = 'No user-facing changes.';
  return [`## ${version} (${date})`, ...(sections.length === 0 ? [empty] : sections)].join('\n\n');
}

function parseChange({ sha, subject, body }: Change): readonly ParsedChange[] {
  return subject.split(/; (?=[a-z]+(?:\([^)]+\))?!?: )/).flatMap((part, index) => {
    const found = SUBJECT.exec(part)?.groups;
    if (found?.type === undefined || found.text === undefined) return [];
    const footer = index === 0 && /^BREAKING[ -]CHANGE: /m.test(body);
    const breaking = found.breaking !== undefined || footer;
    return [{ type: found.type, scope: found.scope, breaking, text: found.text, sha }];
  });
}

function formatLine({ scope, text, sha }: ParsedChange): string {
  const prefix = scope === undefined ? '' : `**${escapeMarkdown(scope)}**: `;
  return `- ${prefix}${escapeMarkdown(text)} (${sha.slice(0, 7)})`;
}

/** Escapes Markdown, HTML tags and mentions. */
function escapeMarkdown(text: string): string {
  return text.replace(/[<@*_[\]]/g, '\\$&');
}
