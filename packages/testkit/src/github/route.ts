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
  /** The number of items on all pages; the response then links to the next page. */
  readonly total?: number;
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
  const { size, page } = readPage(query);
  return items.slice((page - 1) * size, page * size);
}

/** GitHub's links to other pages name the repository by its id. */
export const REPOSITORY_ID = 1;

/**
 * The Link header of a page of a list, without the links to the previous, first and last page.
 *
 * @param url the URL of the request
 */
export function linkToNext(
  url: URL,
  { params, query }: Pick<ApiCall, 'params' | 'query'>,
  { total = 0 }: Pick<ApiResponse, 'total'>,
): Readonly<Record<string, string>> {
  const { size, page } = readPage(query);
  if (page * size >= total) return {};
  const next = new URL(url);
  next.pathname = next.pathname.replace(
    `/repos/${params.owner}/${params.repo}/`,
    `/repositories/${REPOSITORY_ID}/`,
  );
  next.searchParams.set('page', String(page + 1));
  return { link: `<${next}>; rel="next"` };
}

function readPage(query: ApiCall['query']) {
  return { size: Math.min(100, Number(query.per_page ?? 30)), page: Number(query.page ?? 1) };
}
