import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Fake programs on the PATH that accept only the given calls. */
export interface StandIns {
  /** The value of the variable PATH. */
  readonly path: string;
  /** The file with the running release. */
  readonly live: string;
  /** The calls since the last read: `program<argument><argument>`. */
  readonly calls: () => readonly string[];
  /** Kills the action (-9) right after the next change. */
  readonly killAtChange: () => void;
}

/**
 * @param programs the branches of a `case "$*" in` by the name of the program; `$LIVE` is the file with
 *   the running release, and a branch that changes it calls `changed`
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
    const path = join(folder, name);
    writeFileSync(
      path,
      `#!/bin/bash
LIVE=${live}
{ printf '${name}'; printf '<%s>' "$@"; echo; } >> ${log}
changed() {
  [ -e ${kill} ] || return 0
  rm ${kill}
  # The action is the parent of the leader of this process group.
  group=$(cut -d' ' -f5 /proc/$$/stat)
  kill -9 "$(cut -d' ' -f4 "/proc/$group/stat")"
}
case "$*" in
${branches}
*) echo "${name}: unknown call: $*" >&2; exit 64;;
esac
`,
    );
    chmodSync(path, 0o755);
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
