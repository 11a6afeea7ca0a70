import type { State } from './state.ts';

/** How GitHub refuses an update of a branch; `undefined` where nothing speaks against it. */
export function findRuleViolation(
  state: State,
  branch: string,
  update: { readonly isFastForward: boolean },
): string | undefined {
  const { rulesets = [], protection, bypass = [] } = state.rules[branch] ?? {};
  if (bypass.includes(state.user.login)) return undefined;
  const reasons = rulesets.flatMap((type) => {
    if (type === 'pull_request') return ['Changes must be made through a pull request.'];
    if (type === 'required_status_checks') return ['Required status check "ci" is expected.'];
    if (type === 'update') return ['Cannot update this protected ref.'];
    return type === 'non_fast_forward' && !update.isFastForward
      ? ['Cannot force-push to this branch']
      : [];
  });
  if (reasons.length > 0) {
    return `Repository rule violations found\n\n${reasons.join('\n')}`;
  }
  if (protection === undefined) return undefined;
  if (protection.requiredReviews) return 'Changes must be made through a pull request.';
  const [check] = protection.requiredChecks ?? [];
  if (check !== undefined) return `Required status check "${check}" is expected.`;
  return !update.isFastForward && protection.allowsForcePushes !== true
    ? 'Cannot force-push to a protected branch'
    : undefined;
}
