import type { Contract } from './contract.ts';
import type { State } from './state.ts';

/** A parsed request. */
export interface ApiCall {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface ApiResponse {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The state and the schemas for a route. */
export interface RouteContext {
  readonly state: State;
  readonly complete: Contract['complete'];
}

/** One operation of GitHub's API. */
export interface Route {
  /** The operation in GitHub's description: `GET /repos/{owner}/{repo}`. */
  readonly operation: string;
  /** The required permission, in workflow syntax: `issues: write`. */
  readonly needs: string;
  readonly handle: (call: ApiCall, place: RouteContext) => ApiResponse;
}

export const NOT_FOUND: ApiResponse = {
  status: 404,
  body: { message: 'Not Found', documentation_url: 'https://docs.github.com/rest', status: '404' },
};

export function unprocessable(message: string): ApiResponse {
  return { status: 422, body: { message, documentation_url: 'https://docs.github.com/rest' } };
}

/** Returns one page of a list according to `per_page` and `page`. */
export function paginate<T>(items: readonly T[], { query }: ApiCall): readonly T[] {
  const size = Math.min(100, Number(query.per_page ?? 30));
  const start = (Number(query.page ?? 1) - 1) * size;
  return items.slice(start, start + size);
}
