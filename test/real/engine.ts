import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Where `go install` puts programs, which no PATH need lead to. */
export const GO_BIN = join(homedir(), 'go/bin');

/** A real program that a test runs against. */
export interface Engine {
  readonly name: string;
  /** Its path; `undefined` where the machine lacks it. */
  readonly path: string | undefined;
  /** For the name of a `describe`: how to get it, as the tally at the end lists it. */
  readonly needs: string;
}

/**
 * Finds a program on the PATH or where Debian puts servers.
 *
 * @param elsewhere further folders to look into
 */
export function engine(name: string, install: string, elsewhere: readonly string[] = []): Engine {
  const path = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
    .concat(elsewhere)
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
