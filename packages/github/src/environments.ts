import type { GitHub } from './github.ts';
import { ifThere } from './if-there.ts';

/** What an environment asks of a job before it may use it. */
export interface EnvironmentRules {
  /** Somebody has to approve. */
  readonly hasReviewers: boolean;
  /** Minutes that a job waits; 0 for none. */
  readonly waitMinutes: number;
}

/** `undefined` where the repository has no such environment yet (permissions: actions: read). */
export async function environmentRules(
  { request, repository }: GitHub,
  name: string,
): Promise<EnvironmentRules | undefined> {
  const found = await ifThere(() =>
    request('GET /repos/{owner}/{repo}/environments/{environment_name}', {
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
