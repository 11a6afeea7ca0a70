import { type GitObject, type GitStore, NO_OBJECT } from '../git-store.ts';
import { NOT_FOUND, type Route, type RouteContext, unprocessable } from '../route.ts';
import type { State } from '../state.ts';
import { trigger } from '../triggers.ts';
import { requireGit } from './require-git.ts';

const createRef: Route = {
  operation: 'POST /repos/{owner}/{repo}/git/refs',
  needs: 'contents: write',
  handle: requireGit(({ body }, { state, complete }, git) => {
    const [ref, sha] = [String(body.ref), String(body.sha)];
    if (!/^refs\/[^/]+\/./.test(ref)) return unprocessable('Reference name is not valid');
    const object = git.object(sha);
    if (object === undefined) return unprocessable('Object does not exist');
    if (ref.startsWith('refs/heads/') && object.type !== 'commit') {
      return unprocessable('Reference update failed');
    }
    if (!git.update(ref, sha, NO_OBJECT)) return unprocessable('Reference already exists');
    triggerPush(ref, sha, state);
    return { status: 201, body: toRefBody(ref, object, { state, complete }) };
  }),
};

const getRef: Route = {
  operation: 'GET /repos/{owner}/{repo}/git/ref/{ref}',
  needs: 'contents: read',
  handle: requireGit(({ params }, context, git) => {
    const ref = `refs/${params.ref}`;
    const object = git.ref(ref);
    return object === undefined
      ? NOT_FOUND
      : { status: 200, body: toRefBody(ref, object, context) };
  }),
};

const updateRef: Route = {
  operation: 'PATCH /repos/{owner}/{repo}/git/refs/{ref}',
  needs: 'contents: write',
  handle: requireGit(({ params, body }, context, git) => {
    const [ref, sha] = [`refs/${params.ref}`, String(body.sha)];
    const found = moveRef(context.state, git, { ref, sha, force: body.force === true });
    return typeof found === 'string'
      ? unprocessable(found)
      : { status: 200, body: toRefBody(ref, found, context) };
  }),
};

/**
 * Moves a ref according to the branch rules.
 *
 * @returns the new object, or the error message
 */
export function moveRef(
  state: State,
  git: GitStore,
  { ref, sha, force, from }: { ref: string; sha: string; force: boolean; from?: string },
): GitObject | string {
  const before = git.ref(ref);
  const object = git.object(sha);
  if (before === undefined) return 'Reference does not exist';
  if (object === undefined) return 'Object does not exist';
  const isFastForward = before.type === 'commit' && git.mergeBase(before.sha, sha) === before.sha;
  if (!isFastForward && !force) return 'Update is not a fast forward';
  const branch = toBranch(ref);
  const violation =
    branch === undefined ? undefined : findRuleViolation(state, branch, { isFastForward });
  if (violation !== undefined) return violation;
  if (!git.update(ref, sha, from ?? before.sha)) return 'Reference cannot be updated';
  triggerPush(ref, sha, state);
  return object;
}

/** Returns GitHub's message for a violated branch rule; `undefined` if the update is allowed. */
function findRuleViolation(
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

const deleteRef: Route = {
  operation: 'DELETE /repos/{owner}/{repo}/git/refs/{ref}',
  needs: 'contents: write',
  handle: requireGit(({ params }, _, git) => {
    const ref = `refs/${params.ref}`;
    if (git.ref(ref) === undefined) return unprocessable('Reference does not exist');
    git.remove(ref);
    return { status: 204 };
  }),
};

function triggerPush(ref: string, sha: string, state: State): void {
  const name = /^refs\/(?:heads|tags)\/(.+)$/.exec(ref)?.[1];
  if (name !== undefined) trigger(state, 'push', name, sha);
}

function toBranch(ref: string): string | undefined {
  return /^refs\/heads\/(.+)$/.exec(ref)?.[1];
}

function toRefBody(
  ref: string,
  { sha, type }: GitObject,
  { state, complete }: RouteContext,
): object {
  const api = `${state.serverUrl}/repos/${state.owner}/${state.repo}/git`;
  return complete('git-ref', {
    ref,
    url: `${api}/${ref}`,
    object: { sha, type, url: `${api}/${type}s/${sha}` },
  });
}

export const refRoutes: readonly Route[] = [createRef, getRef, updateRef, deleteRef];
