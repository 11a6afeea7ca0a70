import type { GitStore } from '../git-store.ts';
import { type ApiResponse, NOT_FOUND, paginate, type Route, type RouteContext } from '../route.ts';

const compare: Route = {
  operation: 'GET /repos/{owner}/{repo}/compare/{basehead}',
  needs: 'contents: read',
  handle: (call, context): ApiResponse => {
    const { git } = context.state;
    const [base = '', head = ''] = (call.params.basehead ?? '').split('...');
    const [from, to] = [git?.commit(base), git?.commit(head)];
    if (git === undefined || from === undefined || to === undefined) return NOT_FOUND;
    const mergeBase = git.mergeBase(from, to);
    if (mergeBase === undefined) return NOT_FOUND;
    const ahead = git.between(from, to);
    const behind = git.between(to, from);
    const { serverUrl } = context.state;
    return {
      status: 200,
      body: context.complete('commit-comparison', {
        ...Object.fromEntries(
          ['url', 'html_url', 'permalink_url', 'diff_url', 'patch_url'].map((name) => [
            name,
            serverUrl,
          ]),
        ),
        base_commit: toCommitBody(from, context),
        merge_base_commit: toCommitBody(mergeBase, context),
        status: compareStatus(ahead.length, behind.length),
        ahead_by: ahead.length,
        behind_by: behind.length,
        total_commits: ahead.length,
        commits: paginate(ahead.toReversed(), call).map((sha) => toCommitBody(sha, context)),
      }),
    };
  },
};

function compareStatus(ahead: number, behind: number): string {
  if (ahead === 0) return behind === 0 ? 'identical' : 'behind';
  return behind === 0 ? 'ahead' : 'diverged';
}

function toCommitBody(sha: string, { state, complete }: RouteContext): object {
  const text = (state.git as GitStore).read(sha);
  const message = text.slice(text.indexOf('\n\n') + 2);
  const url = `${state.serverUrl}/commit/${sha}`;
  return complete('commit', {
    sha,
    url,
    html_url: url,
    comments_url: url,
    commit: {
      url,
      message,
      comment_count: 0,
      author: null,
      committer: null,
      tree: { sha: state.git?.tree(sha), url },
    },
    author: null,
    committer: null,
    parents: (state.git?.parents(sha) ?? []).map((parent) => ({ sha: parent, url })),
  });
}

const rulesForBranch: Route = {
  operation: 'GET /repos/{owner}/{repo}/rules/branches/{branch}',
  needs: 'metadata: read',
  handle: ({ params }, { state }) => ({
    status: 200,
    body: (state.rules[String(params.branch)]?.rulesets ?? []).map((type) => ({
      type,
      ruleset_source_type: 'Repository',
      ruleset_source: `${state.owner}/${state.repo}`,
      ruleset_id: 42,
    })),
  }),
};

export const branchRoutes: readonly Route[] = [compare, rulesForBranch];
