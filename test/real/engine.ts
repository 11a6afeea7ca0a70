import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** The target folder of `go install`, which may not be on the PATH. */
export const GO_BIN = join(homedir(), 'go/bin');

/** A real program for tests. */
export interface Engine {
  readonly name: string;
  /** Its path; `undefined` if it is not installed. */
  readonly path: string | undefined;
  /** The requirement for the name of a `describe`, which the tally lists. */
  readonly needs: string;
}

/**
 * Finds a program on the PATH or in Debian's folders for servers.
 *
 * @param folders further folders to search
 */
export function engine(name: string, install: string, folders: readonly string[] = []): Engine {
  const path = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
    .concat(folders)
    .map((folder) => join(folder, name))
    .find(isExecutable);
  return { name, path, needs: `(needs ${name}: ${install})` };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
