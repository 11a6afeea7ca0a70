import { type Preset, startedBy } from './preset.ts';

/**
 * An unprivileged user of a self-hosted runner, with this umask (requires root on Linux). The user
 * owns the workspace and the temporary folder; the home folder of the job belongs to root, so this
 * user cannot write to it.
 *
 * @param id the user and group ID
 */
export function plainUser(umask: '022' | '077' = '022', id = 65_534): Preset {
  const change = ['setpriv', `--reuid=${id}`, `--regid=${id}`, '--clear-groups'] as const;
  return startedBy(
    'bash',
    '-c',
    'chown -R "$0:$0" "$RUNNER_TEMP" "$GITHUB_WORKSPACE" || exit 99; umask "$1" && shift && exec "$@"',
    String(id),
    umask,
    ...change,
  );
}
