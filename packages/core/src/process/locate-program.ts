import { accessSync, constants, statSync } from 'node:fs';
import { basename, delimiter, extname, resolve } from 'node:path';
import { plain } from '../text/untrusted.ts';

export type Located =
  | { readonly kind: 'found'; readonly path: string }
  /** A `.cmd` or `.bat` file of Windows, which only cmd.exe can run. */
  | { readonly kind: 'batch'; readonly path: string }
  /** `EACCES`: a file of this name exists, but this process may not execute it. */
  | { readonly kind: 'missing'; readonly code: 'ENOENT' | 'EACCES' };

export interface SearchFolders {
  /** The folder that relative paths start from. */
  readonly cwd: string;
  /** The value of PATH of the program to start. Default: the folders of POSIX. */
  readonly path?: string | undefined;
}

const WINDOWS_EXTENSIONS = ['.com', '.exe', '.cmd', '.bat'];

/**
 * Returns the absolute path of a program, as execvp would find it. Unlike execvp and CreateProcess, it
 * looks in the working folder only for a name with a slash, so that a checked-out file cannot replace
 * an installed program.
 *
 * Not `which` of @actions/io: it prints a line for each unreadable folder in the PATH, ignores
 * supplementary groups, and reads the PATH of this process instead of the PATH of the program.
 */
export function locateProgram(
  program: string,
  { cwd, path = '/usr/bin:/bin' }: SearchFolders,
  platform: NodeJS.Platform = process.platform,
): Located {
  const isPath = program.includes('/') || (platform === 'win32' && program.includes('\\'));
  const folders = isPath ? [''] : path.split(delimiter).filter((folder) => folder !== '');
  let code: 'ENOENT' | 'EACCES' = 'ENOENT';
  for (const folder of folders) {
    for (const name of listNames(program, platform)) {
      const file = resolve(cwd, folder, name);
      if (!isFile(file)) continue;
      if (platform === 'win32' && /\.(?:cmd|bat)$/i.test(file))
        return { kind: 'batch', path: file };
      if (isExecutable(file)) return { kind: 'found', path: file };
      code = 'EACCES';
    }
  }
  return { kind: 'missing', code };
}

/**
 * Says what to write instead of a batch file. It is not started by cmd.exe here, because cmd.exe expands
 * `%` and `^` in the arguments, which may come from outside.
 */
export function describeBatchFile(program: string, path: string) {
  const name = plain(program, 100);
  return {
    message: `${name} is a batch file (${plain(basename(path), 100)})`,
    remedy: `Write [cmd.exe, /c, ${name}, …].`,
  };
}

function listNames(program: string, platform: NodeJS.Platform): readonly string[] {
  if (platform !== 'win32') return [program];
  const extended = WINDOWS_EXTENSIONS.map((extension) => program + extension);
  return extname(program) === '' ? extended : [program, ...extended];
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
