import { chown, readFile } from 'node:fs/promises';

/** The user and group of a server process. */
export interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * Returns the Debian account for a server that does not run as root, and makes it the owner of the
 * paths. Empty if the tests do not run as root.
 */
export async function accountFor(name: string, ...paths: readonly string[]): Promise<Account> {
  if (process.getuid?.() !== 0) return {};
  const line = new RegExp(`^${name}:[^:]*:(\\d+):(\\d+):`, 'm').exec(
    await readFile('/etc/passwd', 'utf8'),
  );
  if (line === null) throw new Error(`the account ${name} does not exist`);
  const [uid, gid] = [Number(line[1]), Number(line[2])];
  for (const path of paths) await chown(path, uid, gid);
  return { uid, gid };
}
