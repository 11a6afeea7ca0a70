import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Programs on the PATH in the place of others: they know the calls that are told, and no others. */
export interface StandIns {
  /** For the environment. */
  readonly path: string;
  /** The file that says what runs. */
  readonly live: string;
  /** Every call since the last time, `program<argument><argument>`. */
  readonly calls: () => readonly string[];
  /** The next one that changes something ends the action with SIGKILL right after it. */
  readonly killAtChange: () => void;
}

/**
 * @param programs the name of each, to the branches of a `case "$*" in`; `$LIVE` is the file that says
 *   what runs, and `changed` is to be called after it was changed
 */
export function standIns(root: string, programs: Readonly<Record<string, string>>): StandIns {
  const folder = join(root, 'programs');
  const [live, log, kill] = ['live', 'calls', 'kill'].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(folder);
  for (const [name, branches] of Object.entries(programs)) {
    const place = join(folder, name);
    writeFileSync(
      place,
      `#!/bin/bash
LIVE=${live}
{ printf '${name}'; printf '<%s>' "$@"; echo; } >> ${log}
changed() {
  [ -e ${kill} ] || return 0
  rm ${kill}
  # The action is the parent of the leader of our group.
  group=$(cut -d' ' -f5 /proc/$$/stat)
  kill -9 "$(cut -d' ' -f4 "/proc/$group/stat")"
}
case "$*" in
${branches}
*) echo "${name}: unknown call: $*" >&2; exit 64;;
esac
`,
    );
    chmodSync(place, 0o755);
  }
  return {
    path: `${folder}:${process.env.PATH}`,
    live,
    calls: () => {
      if (!existsSync(log)) return [];
      const lines = readFileSync(log, 'utf8').split('\n').filter(Boolean);
      writeFileSync(log, '');
      return lines;
    },
    killAtChange: () => writeFileSync(kill, ''),
  };
}
