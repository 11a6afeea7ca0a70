/** Windows ignores the value, so that this one tells who has set the variable. */
const VALUE = 'action';
const VARIABLE = 'NoDefaultCurrentDirectoryInExePath';

/**
 * Makes Windows ignore the working folder when this process starts a program by its name. Otherwise, a
 * checked-out `docker.exe` would replace the installed one.
 */
export function ignoreWorkingFolder(
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): void {
  if (platform === 'win32') env[VARIABLE] ??= VALUE;
}

/** Whether `ignoreWorkingFolder` has set a variable. Commands of the user must not inherit it. */
export function isSearchVariable(name: string, value: string | undefined): boolean {
  return name === VARIABLE && value === VALUE;
}
