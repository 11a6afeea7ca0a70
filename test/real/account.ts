import { chown, readFile } from 'node:fs/promises';

/** Whom a server runs as. */
export interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * The account that Debian made for a server which refuses to run as root; nobody in particular
 * where we are not root ourselves. Gives it the paths.
 */
export async function accountFor(name: string, ...paths: readonly string[]): Promise<Account> {
  if (process.getuid?.() !== 0) return {};
  const line = new RegExp(`^${name}:[^:]*:(\\d+):(\\d+):`, 'm').exec(
    await readFile('/etc/passwd', 'utf8'),
  );
  if (line === null) throw new Error(`there is no account ${name}`);
  const [uid, gid] = [Number(line[1]), Number(line[2])];
  for (const path of paths) await chown(path, uid, gid);
  return { uid, gid };
}
