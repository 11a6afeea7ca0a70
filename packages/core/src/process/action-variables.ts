/** Inputs, state, and the tokens of the job's services. Windows ignores the case of names. */
const ACTION_VARIABLES = /^(?:INPUT_|STATE_|ACTIONS_.*TOKEN$|GITHUB_TOKEN$)/i;

/**
 * Whether an environment variable is for the action only, so that user commands must not inherit it.
 * A command that needs the job's token gets it under another name.
 */
export function isActionVariable(name: string): boolean {
  return ACTION_VARIABLES.test(name);
}
