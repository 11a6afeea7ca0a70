import type { GitHub } from '../github.ts';
import { query } from '../query.ts';
import { isWorkflowToken, type Viewer } from '../viewer.ts';

/** A branch, and the rules that restrict the token from writing to it. */
export interface BranchLimits {
  /** Full SHA; `undefined` if the branch does not exist. */
  readonly head: string | undefined;
  readonly viewer: Viewer;
  readonly isWorkflowToken: boolean;
  /** `changes must be made through a pull request`; empty if nothing does. */
  readonly forUpdate: readonly string[];
  /** Rules against a force push, in addition to {@link forUpdate}. */
  readonly forForce: readonly string[];
}

const QUERY = `query Branch($owner: String!, $name: String!, $ref: String!) {
  viewer { login }
  repository(owner: $owner, name: $name) {
    ref(qualifiedName: $ref) {
      target { oid }
      refUpdateRule {
        allowsForcePushes
        requiredApprovingReviewCount
        requiredStatusCheckContexts
        viewerCanPush
      }
    }
  }
}`;

interface Answer {
  readonly viewer: Viewer;
  readonly repository: {
    readonly ref: {
      readonly target: { readonly oid: string } | null;
      readonly refUpdateRule: UpdateRule | null;
    } | null;
  };
}

/** Classic protection, as it applies to the token. */
interface UpdateRule {
  readonly allowsForcePushes: boolean;
  readonly requiredApprovingReviewCount: number | null;
  readonly requiredStatusCheckContexts: readonly (string | null)[] | null;
  readonly viewerCanPush: boolean;
}

/** Ruleset rules, by type. GitHub does not report who can bypass them. */
const FORBIDS: Readonly<Record<string, string>> = {
  pull_request: 'changes must be made through a pull request',
  required_status_checks: 'status checks must have passed',
  update: 'updates are restricted',
  workflows: 'workflows must have passed',
  merge_queue: 'changes must go through the merge queue',
  code_scanning: 'code scanning must have passed',
  required_deployments: 'it must have been deployed before',
};

/** Reads the rules in two requests, without changing anything (permissions: contents: read). */
export async function branchLimits(github: GitHub, branch: string): Promise<BranchLimits> {
  const { rest, repository } = github;
  const [{ viewer, repository: found }, { data: rules }] = await Promise.all([
    query<Answer>(
      github,
      QUERY,
      { owner: repository.owner, name: repository.repo, ref: `refs/heads/${branch}` },
      'contents: read',
    ),
    rest.repos.getBranchRules({ ...repository, branch }),
  ]);
  const types = rules.map(({ type }) => String(type));
  const rule = found.ref?.refUpdateRule ?? undefined;
  const isForceForbidden = types.includes('non_fast_forward') || rule?.allowsForcePushes === false;
  return {
    head: found.ref?.target?.oid,
    viewer,
    isWorkflowToken: isWorkflowToken(viewer),
    forUpdate: [...new Set([...types.flatMap((type) => FORBIDS[type] ?? []), ...told(rule)])],
    forForce: isForceForbidden ? ['force pushes are not allowed'] : [],
  };
}

function told(rule: UpdateRule | undefined): readonly string[] {
  if (rule === undefined) return [];
  return [
    ...((rule.requiredApprovingReviewCount ?? 0) > 0 ? [String(FORBIDS.pull_request)] : []),
    ...((rule.requiredStatusCheckContexts ?? []).length > 0
      ? [String(FORBIDS.required_status_checks)]
      : []),
    ...(rule.viewerCanPush ? [] : ['pushes are restricted']),
  ];
}
