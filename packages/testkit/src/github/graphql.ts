import { readFileSync } from 'node:fs';
import {
  buildSchema,
  execute,
  type GraphQLError,
  type GraphQLSchema,
  parse,
  validate,
} from 'graphql';
import type { Deployment } from './records.ts';
import type { ApiResponse } from './route.ts';
import { moveRef } from './routes/refs.ts';
import { isoSeconds, type State } from './state.ts';

/** The operation that GitHub's OpenAPI description does not contain. */
export const GRAPHQL = 'POST /graphql';

let loaded: GraphQLSchema | undefined;

/** Loads GitHub's schema on the first query, because loading takes a while. */
function schema(): GraphQLSchema {
  const main = import.meta.resolve('@octokit/graphql-schema');
  const file = new URL('schema.graphql', main);
  loaded ??= buildSchema(readFileSync(file, 'utf8'), { assumeValid: true });
  return loaded;
}

/**
 * Runs a query against GitHub's schema, which validates the query and the response.
 *
 * @returns the response and the schema violations
 */
export async function answerQuery(
  body: { readonly query?: unknown; readonly variables?: unknown },
  state: State,
  canReadDeployments: boolean,
): Promise<{ readonly answer: ApiResponse; readonly violations: readonly string[] }> {
  const document = parse(String(body.query));
  const mistakes = validate(schema(), document);
  if (mistakes.length > 0)
    return { answer: ok({ errors: mistakes }), violations: toMessages(mistakes) };
  const { data, errors = [] } = await execute({
    schema: schema(),
    document,
    variableValues: Object(body.variables),
    rootValue: createRoot(state, canReadDeployments),
  });
  const faults = errors.filter(({ originalError }) => !(originalError instanceof QueryError));
  return {
    answer: ok({ data, ...(errors.length > 0 && { errors: errors.map(toErrorBody) }) }),
    violations: toMessages(faults),
  };
}

function ok(body: object): ApiResponse {
  return { status: 200, body };
}

function toMessages(errors: readonly GraphQLError[]): readonly string[] {
  return errors.map(({ message }) => message);
}

/** An error that GitHub reports in the response. */
class QueryError extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

function toErrorBody({ message, path, originalError }: GraphQLError): object {
  const type = originalError instanceof QueryError ? originalError.type : 'INTERNAL';
  return { type, path, message };
}

function createRoot(state: State, canReadDeployments: boolean): object {
  return {
    viewer: { login: state.user.login },
    repository: ({ owner, name }: { owner: string; name: string }) => {
      if (owner !== state.owner || name !== state.repo) {
        throw new QueryError(
          'NOT_FOUND',
          `Could not resolve to a Repository with the name '${owner}/${name}'.`,
        );
      }
      return repository(state, canReadDeployments);
    },
    updateRefs: ({ input }: { input: UpdateRefs }) => updateRefs(input, state),
  };
}

interface UpdateRefs {
  readonly clientMutationId?: string;
  readonly refUpdates: readonly {
    readonly name: string;
    readonly beforeOid?: string;
    readonly afterOid: string;
    readonly force: boolean;
  }[];
}

function updateRefs({ clientMutationId, refUpdates }: UpdateRefs, state: State): object {
  for (const { name, afterOid, beforeOid, force } of refUpdates) {
    const { git } = state;
    if (git === undefined) throw new QueryError('NOT_FOUND', 'the repository is empty');
    if (beforeOid !== undefined && git.ref(name)?.sha !== beforeOid) {
      throw new QueryError('STALE_DATA', `${name} was updated meanwhile`);
    }
    const moved = moveRef(state, git, { ref: name, sha: afterOid, force });
    if (typeof moved === 'string') throw new QueryError('UNPROCESSABLE', moved);
  }
  return { clientMutationId };
}

function repository(state: State, canReadDeployments: boolean): object {
  return {
    id: 'R_1',
    defaultBranchRef: { name: state.defaultBranch },
    deployments: (args: { environments?: readonly string[]; first?: number }) => {
      if (!canReadDeployments) {
        throw new QueryError('FORBIDDEN', 'Resource not accessible by integration');
      }
      const nodes = state.deployments
        .filter(({ environment }) => args.environments?.includes(environment) ?? true)
        .sort((one, other) => other.createdAt - one.createdAt || other.id - one.id)
        .map((deployment) => deploymentNode(deployment, state));
      return { totalCount: nodes.length, nodes: nodes.slice(0, args.first) };
    },
    ref: ({ qualifiedName }: { qualifiedName: string }) => refNode(qualifiedName, state),
    object: ({ oid, expression }: { oid?: string; expression?: string }) => {
      const sha = state.git?.commit(String(oid ?? expression));
      return sha === undefined ? null : commitNode(sha, state);
    },
  };
}

function deploymentNode(deployment: Deployment, state: State): object {
  const statuses = deployment.statuses.toReversed().map((status) => ({
    id: String(status.id),
    state: status.state.toUpperCase(),
    description: status.description,
    logUrl: status.logUrl || null,
    createdAt: isoSeconds(status.createdAt),
  }));
  const { payload } = deployment;
  return {
    databaseId: deployment.id,
    commitOid: deployment.sha,
    commit: state.git?.commit(deployment.sha) ? commitNode(deployment.sha, state) : null,
    environment: deployment.environment,
    task: deployment.task,
    payload: JSON.stringify(payload),
    description: deployment.description,
    createdAt: isoSeconds(deployment.createdAt),
    state: toGraphqlState(deployment),
    latestStatus: statuses[0] ?? null,
    statuses: ({ first, last }: { first?: number; last?: number }) => ({
      nodes: last === undefined ? statuses.slice(0, first) : statuses.slice(-last),
    }),
  };
}

/** Returns the state of a deployment in GraphQL. */
function toGraphqlState({ statuses, isTransient }: Deployment): string {
  const latest = statuses.at(-1)?.state;
  if (latest === undefined) return 'PENDING';
  if (latest === 'success') return 'ACTIVE';
  return latest === 'inactive' && isTransient ? 'DESTROYED' : latest.toUpperCase();
}

function refNode(qualifiedName: string, state: State): object | null {
  const found = state.git?.ref(qualifiedName);
  if (found === undefined) return null;
  const branch = qualifiedName.replace(/^refs\/heads\//, '');
  const { protection, bypass = [] } = state.rules[branch] ?? {};
  const isBound = protection !== undefined && !bypass.includes(state.user.login);
  return {
    name: branch,
    target: found.type === 'commit' ? commitNode(found.sha, state) : null,
    refUpdateRule: isBound
      ? {
          allowsDeletions: false,
          blocksCreations: false,
          pattern: branch,
          allowsForcePushes: protection.allowsForcePushes === true,
          requiredApprovingReviewCount: protection.requiredReviews ?? null,
          requiredStatusCheckContexts: protection.requiredChecks ?? [],
          requiresCodeOwnerReviews: false,
          requiresConversationResolution: false,
          requiresLinearHistory: false,
          requiresSignatures: false,
          viewerAllowedToDismissReviews: false,
          viewerCanPush: !protection.requiredReviews,
        }
      : null,
  };
}

function commitNode(sha: string, { git }: State): object {
  return { __typename: 'Commit', oid: sha, tree: { oid: git?.tree(sha) } };
}
