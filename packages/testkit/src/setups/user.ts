import { type Preset, startedBy } from './preset.ts';

/**
 * An unprivileged user of a self-hosted runner, with this umask (requires root on Linux). The home
 * folder of the job belongs to root, so this user cannot write to it.
 *
 * @param id the user and group ID
 */
export function plainUser(umask: '022' | '077' = '022', id = 65_534): Preset {
  const change = ['setpriv', `--reuid=${id}`, `--regid=${id}`, '--clear-groups'] as const;
  return (plan) => startedBy('bash', '-c', `umask ${umask} && exec "$@"`, 'bash', ...change)(plan);
}
