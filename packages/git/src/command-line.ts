/** The account that GitHub shows for commits of its workflows. */
export const BOT = {
  name: 'github-actions[bot]',
  email: '41898282+github-actions[bot]@users.noreply.github.com',
};

export const BOT_ENVIRONMENT = {
  GIT_AUTHOR_NAME: BOT.name,
  GIT_AUTHOR_EMAIL: BOT.email,
  GIT_COMMITTER_NAME: BOT.name,
  GIT_COMMITTER_EMAIL: BOT.email,
};

/** English messages, because they are parsed, and no prompt for a password. */
export const ENVIRONMENT = { LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0' };

/** Output beyond this is dropped; the list of a long history is large. */
export const MAX_BYTES = 512 * 1024 * 1024;

/**
 * The program and its options before the arguments of a command.
 *
 * @param cwd trusted even if another user owns it, which is the case in a container job
 * @param hooks whether the hooks of the repository run
 */
export function gitArguments(
  cwd: string,
  args: readonly string[],
  hooks = false,
): readonly [string, ...string[]] {
  return [
    'git',
    ...['-c', `safe.directory=${cwd}`, '-c', 'gc.auto=0'],
    ...(hooks ? [] : ['-c', 'core.hooksPath=/dev/null']),
    ...args,
  ];
}
