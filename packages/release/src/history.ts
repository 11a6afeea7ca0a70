import type { Change, ChangelogEntry } from './changelog.ts';
import type { Git } from './git.ts';
import type { Source } from './source.ts';
import { formatVersion, type Version } from './version.ts';

const FIELD = '\x1f';
const RECORD = '\x1e';

/** Reads the entries of the changelog: the release being built and all earlier releases. */
export function readHistory(git: Git, source: Source, version: Version): readonly ChangelogEntry[] {
  const steps = [
    ...source.releases.filter(({ source: one }) => one !== source.commit),
    { version, source: source.commit },
  ];
  return steps
    .map(({ version: one, source: until }, index) => {
      const from = steps[index - 1]?.source;
      return {
        version: formatVersion(one),
        date: git.text(['show', '--no-patch', '--date=short', '--format=%cd', until]).trim(),
        changes: readChanges(git, from === undefined ? until : `${from}..${until}`),
      };
    })
    .toReversed();
}

function readChanges(git: Git, range: string): readonly Change[] {
  const format = `--format=%H${FIELD}%s${FIELD}%b${RECORD}`;
  return git
    .text(['log', '--no-show-signature', '--no-merges', format, range])
    .split(RECORD)
    .map((record) => record.trimStart().split(FIELD))
    .filter(([sha]) => sha !== '' && sha !== undefined)
    .map(([sha = '', subject = '', body = '']) => ({ sha, subject, body }));
}
