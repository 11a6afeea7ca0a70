import type { Change, ChangelogEntry } from './changelog.ts';
import type { Git } from './git.ts';
import type { Source } from './source.ts';
import { type Version, versionText } from './version.ts';

const FIELD = '\x1f';
const RECORD = '\x1e';

/** What the changelog tells: the release that is built, and each one before it. */
export function historyOf(git: Git, source: Source, version: Version): readonly ChangelogEntry[] {
  const steps = [
    ...source.released.filter(({ source: one }) => one !== source.commit),
    { version, source: source.commit },
  ];
  return steps
    .map(({ version: one, source: until }, index) => {
      const from = steps[index - 1]?.source;
      return {
        version: versionText(one),
        date: git.text(['show', '--no-patch', '--date=short', '--format=%cd', until]).trim(),
        changes: changes(git, from === undefined ? until : `${from}..${until}`),
      };
    })
    .toReversed();
}

function changes(git: Git, range: string): readonly Change[] {
  const format = `--format=%H${FIELD}%s${FIELD}%b${RECORD}`;
  return git
    .text(['log', '--no-show-signature', '--no-merges', format, range])
    .split(RECORD)
    .map((record) => record.trimStart().split(FIELD))
    .filter(([sha]) => sha !== '' && sha !== undefined)
    .map(([sha = '', subject = '', body = '']) => ({ sha, subject, body }));
}
