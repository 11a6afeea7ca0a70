import type { GitHub } from '../github.ts';
import { query } from '../query.ts';
import type { Viewer } from '../viewer.ts';
import {
  type Deployment,
  type DeploymentState,
  type DeploymentStatus,
  MAX_STATUSES,
} from './deployment.ts';

export interface DeploymentHistory {
  /** Newest first. */
  readonly deployments: readonly Deployment[];
  readonly viewer: Viewer;
}

/** GitHub's maximum. */
const MAX_DEPLOYMENTS = 100;

/**
 * The latest deployments to an environment with their statuses, in one request (permissions:
 * deployments: read). The statuses show whether a deployment ever succeeded. Its state does not, because
 * GitHub sets it to `inactive` after a newer deployment.
 *
 * @param first the number of deployments, at most 100
 */
export async function deploymentHistory(
  github: GitHub,
  environment: string,
  first: number,
): Promise<DeploymentHistory> {
  const { viewer, repository } = await query<Answer>(
    github,
    HISTORY,
    {
      ...{ owner: github.repository.owner, name: github.repository.repo },
      environments: [environment],
      first: Math.min(first, MAX_DEPLOYMENTS),
      statuses: MAX_STATUSES,
    },
    'deployments: read',
  );
  const nodes = repository.deployments.nodes ?? [];
  return {
    viewer: { login: viewer.login },
    deployments: nodes
      .flatMap((node) => (node === null ? [] : [toDeployment(node)]))
      .sort((one, other) => other.createdAt - one.createdAt || other.id - one.id),
  };
}

// GitHub does not document the order of statuses, so this requests both ends.
const HISTORY = `query History($owner: String!, $name: String!, $environments: [String!], $first: Int!, $statuses: Int!) {
  viewer { login }
  repository(owner: $owner, name: $name) {
    deployments(environments: $environments, first: $first, orderBy: {field: CREATED_AT, direction: DESC}) {
      nodes {
        databaseId
        commitOid
        commit { tree { oid } }
        task
        payload
        description
        createdAt
        newest: statuses(first: $statuses) { nodes { ...Became } }
        oldest: statuses(last: $statuses) { nodes { ...Became } }
      }
    }
  }
}
fragment Became on DeploymentStatus { id state description logUrl createdAt }`;

interface Answer {
  readonly viewer: { readonly login: string };
  readonly repository: {
    readonly deployments: { readonly nodes: readonly (Node | null)[] | null };
  };
}

interface Node {
  readonly databaseId: number | null;
  readonly commitOid: string;
  readonly commit: { readonly tree: { readonly oid: string } } | null;
  readonly task: string | null;
  readonly payload: string | null;
  readonly description: string | null;
  readonly createdAt: string;
  readonly newest: StatusNodes;
  readonly oldest: StatusNodes;
}

type StatusNodes = { readonly nodes: readonly (StatusNode | null)[] | null } | null;

interface StatusNode {
  readonly id: string;
  readonly state: string;
  readonly description: string | null;
  readonly logUrl: string | null;
  readonly createdAt: string;
}

function toDeployment(node: Node): Deployment {
  // With few statuses, both ends contain all; with many, one end contains the latest.
  const statuses = [node.newest, node.oldest].flatMap((nodes) => nodes?.nodes ?? []);
  const known = new Map(statuses.flatMap((status) => (status ? [[status.id, status]] : [])));
  return {
    id: node.databaseId ?? 0,
    sha: node.commitOid,
    tree: node.commit?.tree.oid ?? '',
    task: node.task ?? '',
    payload: parsePayload(node.payload ?? ''),
    description: node.description ?? '',
    createdAt: Date.parse(node.createdAt),
    statuses: [...known.values()]
      .map(toStatus)
      .sort((one, other) => other.createdAt - one.createdAt),
  };
}

function toStatus({ state, description, logUrl, createdAt }: StatusNode): DeploymentStatus {
  return {
    state: state.toLowerCase() as DeploymentState,
    description: description ?? '',
    logUrl: logUrl ?? '',
    createdAt: Date.parse(createdAt),
  };
}

/** The payload of a deployment that was created with text is a JSON string. */
function parsePayload(text: string): unknown {
  let payload: unknown = text;
  for (let depth = 0; depth < 2 && typeof payload === 'string'; depth++) {
    try {
      payload = JSON.parse(payload);
    } catch {
      break;
    }
  }
  return payload;
}
