import type { GitHub } from './github.ts';
import { ifFound } from './if-found.ts';

/** The protection rules of an environment. */
export interface EnvironmentRules {
  /** Whether a reviewer must approve. */
  readonly hasReviewers: boolean;
  /** The wait timer in minutes; 0 if there is none. */
  readonly waitMinutes: number;
}

/** Returns `undefined` if the environment does not exist (permissions: actions: read). */
export async function environmentRules(
  { rest, repository }: GitHub,
  name: string,
): Promise<EnvironmentRules | undefined> {
  const found = await ifFound(() =>
    rest.repos.getEnvironment({
      ...repository,
      environment_name: name,
    }),
  );
  if (found === undefined) return undefined;
  const rules = found.data.protection_rules ?? [];
  const waits = rules.map((rule) => ('wait_timer' in rule ? Number(rule.wait_timer) : 0));
  return {
    hasReviewers: rules.some(({ type }) => type === 'required_reviewers'),
    waitMinutes: Math.max(0, ...waits),
  };
}
