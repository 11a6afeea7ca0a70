import type { Preflight } from '../strategy.ts';
import type { BranchRules } from './git-repository.ts';

const USE_APP =
  'Set github-token to the token of a GitHub App that may bypass these rules, or use mode: pull-request.';
const STARTS_NO_WORKFLOW =
  'A push with GITHUB_TOKEN does not start workflows. To start them, set github-token to the token of a GitHub App.';

/** Adds the rules of the branch to a step: as warnings, or as a problem if they reject the push. */
export function checkLimits(
  step: string,
  branch: string,
  { forUpdate, forForce, mayBypass, startsNoWorkflow }: BranchRules,
  { isForced, warnings }: { readonly isForced: boolean; readonly warnings: readonly string[] },
): Preflight {
  const rules = [...forUpdate, ...(isForced ? forForce : [])];
  if (rules.length > 0 && !mayBypass) {
    return {
      kind: 'impossible',
      problem: `${branch} is protected, and GITHUB_TOKEN cannot bypass its rules: ${rules.join(', ')}`,
      remedy: USE_APP,
    };
  }
  const protection = `${branch} is protected (${rules.join(', ')}); the push only works if the token can bypass these rules.`;
  return {
    kind: 'ready',
    step,
    warnings: [
      ...warnings,
      ...(rules.length > 0 ? [protection] : []),
      ...(startsNoWorkflow ? [STARTS_NO_WORKFLOW] : []),
    ],
  };
}
