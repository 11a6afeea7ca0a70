import type { GitStore } from '../git-store.ts';
import type { ApiCall, ApiResponse, RouteContext } from '../route.ts';

/** Wraps a handler that requires git objects. */
export function requireGit(
  handle: (call: ApiCall, context: RouteContext, git: GitStore) => ApiResponse,
): (call: ApiCall, context: RouteContext) => ApiResponse {
  return (call, context) =>
    context.state.git === undefined
      ? { status: 409, body: { message: 'Git Repository is empty.' } }
      : handle(call, context, context.state.git);
}
