import type { Environment } from './run-info.ts';

/**
 * The variable with the names of variables whose values are secret, separated by commas. The reusable
 * workflows set it, because the runner does not tell an action which values it masks.
 */
export const SECRET_VARIABLES = 'SECRET_VARIABLES';

/** The values of the variables that {@link SECRET_VARIABLES} names; without those that are not set. */
export function readSecretVariables(env: Environment): readonly string[] {
  return (env[SECRET_VARIABLES] ?? '')
    .split(',')
    .map((name) => env[name.trim()] ?? '')
    .filter((value) => value !== '');
}
