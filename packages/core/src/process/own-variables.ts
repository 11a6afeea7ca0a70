/** Our inputs and state, and what opens the services of the job. On Windows, case means nothing. */
const OWN = /^(?:INPUT_|STATE_|ACTIONS_.*TOKEN$|GITHUB_TOKEN$)/i;

/**
 * Whether a variable of the environment is for the action alone, so that no command of a user's
 * inherits it. A command that needs a token of the job is given it under another name.
 */
export function isOwnVariable(name: string): boolean {
  return OWN.test(name);
}
