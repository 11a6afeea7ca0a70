import type { Preflight } from '../strategy.ts';
import type { Limits } from './hosting.ts';

const APP =
  'Give github-token the token of a GitHub App that may bypass these rules, or use mode: pull-request.';
const STARTS_NOTHING =
  'What GITHUB_TOKEN writes starts no workflow: what deploys on a push will not run. Give github-token the token of a GitHub App if it should.';

/** What the rules of a branch say about a step; `impossible` where it is sure to be refused. */
export function withLimits(
  step: string,
  branch: string,
  { forUpdate, forForce, mayBypass, startsNothing }: Limits,
  { isForced, warnings }: { readonly isForced: boolean; readonly warnings: readonly string[] },
): Preflight {
  const rules = [...forUpdate, ...(isForced ? forForce : [])];
  if (rules.length > 0 && !mayBypass) {
    return {
      kind: 'impossible',
      problem: `${branch} is protected, and GITHUB_TOKEN cannot pass that: ${rules.join(', ')}`,
      remedy: APP,
    };
  }
  return {
    kind: 'ready',
    step,
    warnings: [
      ...warnings,
      ...(rules.length > 0
        ? [
            `${branch} is protected (${rules.join(', ')}); it works only if the token may bypass that.`,
          ]
        : []),
      ...(startsNothing ? [STARTS_NOTHING] : []),
    ],
  };
}
