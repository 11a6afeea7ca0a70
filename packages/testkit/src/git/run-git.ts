import { execFileSync } from 'node:child_process';

/** Runs git without the configuration and the environment of the user. Throws if it fails. */
export function runGit(
  cwd: string,
  args: readonly string[],
  { input = '', env }: { readonly input?: string; readonly env?: NodeJS.ProcessEnv } = {},
): string {
  return execFileSync('git', args, {
    cwd,
    input,
    encoding: 'utf8',
    stdio: 'pipe',
    env: {
      PATH: process.env.PATH ?? '',
      HOME: '/nonexistent',
      GIT_CONFIG_NOSYSTEM: '1',
      ...env,
    },
  }).trimEnd();
}
